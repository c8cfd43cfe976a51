"""The short description from which the deployer builds Kubernetes objects. Part of each published version.

Bounds are those of Kubernetes or stricter; nothing here can say where it runs, on which cluster or under what address.
"""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from contracts.apps.connections import Caller, Destination, Need
from contracts.apps.parameter import Parameter
from contracts.apps.resources import Resources
from contracts.apps.scaling import Autoscaling
from contracts.apps.values import (
    Argument,
    ByteQuantity,
    EnvName,
    EnvValue,
    ImageDigest,
    ImageReference,
    MountPath,
    PortNumber,
    UserNumber,
)
from contracts.identifiers import DnsLabel
from contracts.noun import Noun


class Port(Noun):
    """A TCP port a container listens on. `public` ones are reached through the app's address."""

    name: DnsLabel
    number: PortNumber
    public: bool = False


class Probe(Noun):
    """How a container is asked how it is: by a command, by HTTP when there is a path, else by opening the port."""

    port: DnsLabel | None = None
    path: Annotated[str, StringConstraints(pattern=r"^/[\x21-\x7e]{0,255}$")] | None = None
    command: Annotated[tuple[Argument, ...], Field(max_length=16)] = ()
    period_seconds: Annotated[int, Field(ge=1, le=300)] = 5
    timeout_seconds: Annotated[int, Field(ge=1, le=60)] = 1
    failure_threshold: Annotated[int, Field(ge=1, le=120)] = 3

    @model_validator(mode="after")
    def _asks_something(self) -> "Probe":
        if self.port is None and not self.command:
            message = "a probe has a port or a command"
            raise ValueError(message)
        return self


class Mount(Noun):
    """Where a container sees a volume."""

    volume: DnsLabel
    path: MountPath


class Volume(Noun):
    """Storage: persistent data that survives the pod, or scratch space that does not."""

    name: DnsLabel
    size: ByteQuantity
    persistent: bool = True


class Container(Noun):
    """One container. It runs as `user`, never as root (Pod Security Standards, restricted).

    `digest` pins the image, whatever its tag says later. Until `startup` is answered with yes, neither of the others is
    asked; `liveness` answered with no starts the container again.
    """

    name: DnsLabel
    image: ImageReference
    digest: ImageDigest | None = None
    command: Annotated[tuple[Argument, ...], Field(max_length=32)] = ()
    args: Annotated[tuple[Argument, ...], Field(max_length=32)] = ()
    env: Annotated[dict[EnvName, EnvValue], Field(max_length=64)] = {}
    ports: Annotated[tuple[Port, ...], Field(max_length=16)] = ()
    resources: Resources
    readiness: Probe | None = None
    liveness: Probe | None = None
    startup: Probe | None = None
    mounts: Annotated[tuple[Mount, ...], Field(max_length=16)] = ()
    user: UserNumber = 10001


class AppSpec(Noun):
    """One version's description of what runs. With `autoscaling`, `replicas` says nothing."""

    containers: Annotated[tuple[Container, ...], Field(min_length=1, max_length=8)]
    volumes: Annotated[tuple[Volume, ...], Field(max_length=8)] = ()
    replicas: Annotated[int, Field(ge=1, le=20)] = 1
    parameters: Annotated[tuple[Parameter, ...], Field(max_length=32)] = ()
    autoscaling: Autoscaling | None = None
    egress: Annotated[tuple[Destination, ...], Field(max_length=32)] = ()
    callers: Annotated[tuple[Caller, ...], Field(max_length=16)] = ()
    needs: Annotated[tuple[Need, ...], Field(max_length=16)] = ()
