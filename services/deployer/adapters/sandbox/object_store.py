"""What the sandbox needs to keep its objects in; `adapters/mongo/sandbox_objects.py` keeps them in the database."""

from typing import Protocol

from services.deployer.ports import Object


class ObjectStore(Protocol):
    """Where a cluster that is only simulated keeps its objects. `found` documents are whole Kubernetes objects."""

    async def of_deployment(self, deployment: str) -> tuple[Object, ...]:
        """The objects with the deployment's label, pods included."""
        ...

    async def of_kind(self, kind: str) -> tuple[Object, ...]:
        """Every object of one kind."""
        ...

    async def named(self, kind: str, namespace: str, name: str) -> Object | None:
        """One object; the namespace is empty for what belongs to none."""
        ...

    async def put(self, found: Object) -> None:
        """Write an object whole."""
        ...

    async def remove(self, found: Object) -> None:
        """Remove an object."""
        ...

    async def next_revision(self) -> int:
        """The cluster's next resource version; one writer at a time gets it."""
        ...
