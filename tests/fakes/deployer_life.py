"""A deployment's life as a test tells it: what is asked and decided, how the reconciler looks, how it all ended.

Works on the world in memory and on a real database alike: `perform` runs one use case in a motion of its own.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from contracts.apps.spec import AppSpec
from contracts.deployments.events import FINAL, DeploymentRollbackStarted
from contracts.envelope import Event
from services.deployer.ports import Object, World
from services.deployer.reconciler.outcome import AgainAfter, Outcome
from services.deployer.reconciler.turn import Turn
from services.deployer.usecases.accept_request import accept_request
from services.deployer.usecases.cancel_deployment import cancel_deployment
from services.deployer.usecases.close_deployment import close_deployment
from services.deployer.usecases.close_undecided import close_undecided
from services.deployer.usecases.reconcile_deployment import reconcile_deployment
from services.deployer.usecases.remember_version import remember_version
from services.deployer.usecases.remove_deployment import remove_deployment
from services.deployer.usecases.start_deployment import start_deployment
from tests.fakes.deployer import FakeWorld, HandClock
from tests.fakes.deployer_examples import (
    DEPLOYMENT,
    approved,
    asked,
    cancel_asked,
    published,
    rejected,
    removal_asked,
)

Perform = Callable[[Callable[[World], Awaitable[Any]]], Awaitable[Any]]
TakeTurn = Callable[[Callable[[Turn], Awaitable[Any]]], Awaitable[Any]]
LOOKS = 300
_OF_THE_SERVER = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields")


class Life:
    """One deployment from request to end, in the order in which a test tells it."""

    def __init__(
        self, perform: Perform, take_turn: TakeTurn, clock: HandClock, told: Callable[[], list[Event[Any]]]
    ) -> None:
        self._perform, self._take_turn, self._told = perform, take_turn, told
        self.clock = clock

    @classmethod
    def of(cls, fake: FakeWorld) -> "Life":
        """On the world in memory."""
        return cls(lambda do: do(fake.world()), lambda do: do(fake.turn()), fake.clock, lambda: fake.recorded)

    async def publishes(self, spec: AppSpec, version: str) -> None:
        """The catalog offers a version."""
        await self._perform(lambda world: remember_version(published(spec, version=version), world))

    async def asks(self, generation: int, version: str = "1.0", **wishes: Any) -> None:
        """A team asks."""
        event = asked(generation=generation, version=version, at=self.clock.now(), **wishes)
        await self._perform(lambda world: accept_request(event, world))

    async def is_approved(self, generation: int, version: str = "1.0") -> None:
        """Compliance approves."""
        event = approved(generation=generation, version=version, at=self.clock.now())
        await self._perform(lambda world: start_deployment(event, world))

    async def is_rejected(self, generation: int) -> None:
        """Compliance rejects."""
        event = rejected(generation=generation, at=self.clock.now())
        await self._perform(lambda world: close_deployment(event, world))

    async def closes_undecided(self) -> None:
        """The sweep of what nobody decided."""
        await self._perform(lambda world: close_undecided(None, world))

    async def cancels(self, generation: int, cancelled: int) -> None:
        """Somebody takes a request back."""
        event = cancel_asked(generation=generation, cancels=cancelled, at=self.clock.now())
        await self._perform(lambda world: cancel_deployment(event, world))

    async def removes(self, generation: int, *, with_data: bool = False) -> None:
        """A team asks for it to go."""
        event = removal_asked(generation=generation, at=self.clock.now(), with_data=with_data)
        await self._perform(lambda world: remove_deployment(event, world))

    async def starts(self, generation: int, version: str = "1.0", **wishes: Any) -> None:
        """A team asks and compliance approves."""
        await self.asks(generation, version, **wishes)
        await self.is_approved(generation, version)

    async def runs(self, generation: int, version: str = "1.0", **wishes: Any) -> None:
        """The same, and it is followed to its end."""
        await self.starts(generation, version, **wishes)
        await self.settles()

    async def is_looked_at(self) -> Outcome:
        """The reconciler looks once."""
        outcome: Outcome = await self._take_turn(lambda turn: reconcile_deployment(DEPLOYMENT, turn))
        return outcome

    async def settles(self) -> Outcome:
        """The reconciler looks as often as its outcomes ask for."""
        for _ in range(LOOKS):
            outcome = await self.is_looked_at()
            if not isinstance(outcome, AgainAfter):
                return outcome
            self.clock.after(max(outcome.seconds, 0.001))
        raise TimeoutError

    async def is_on_its_way_back(self) -> None:
        """The reconciler looks until a rollback began."""
        for _ in range(LOOKS):
            if any(isinstance(event.data, DeploymentRollbackStarted) for event in self._told()):
                return
            await self.is_looked_at()
            self.clock.after(0.5)
        raise TimeoutError

    async def objects(self) -> dict[str, Object]:
        """Every object but pods, without what the API server adds."""
        found: tuple[Object, ...] = await self._take_turn(lambda turn: turn.cluster.objects_of(DEPLOYMENT))
        return {f"{one['kind']}/{one['metadata']['name']}": _bare(one) for one in found if one["kind"] != "Pod"}

    async def pods(self) -> dict[str, str]:
        """The uid and the first image of each pod."""
        found: tuple[Object, ...] = await self._take_turn(lambda turn: turn.cluster.objects_of(DEPLOYMENT))
        pods = [one for one in found if one["kind"] == "Pod"]
        return {one["metadata"]["uid"]: one["spec"]["containers"][0]["image"] for one in pods}

    def ends(self) -> dict[int, list[str]]:
        """How each generation ended: once, if all is well."""
        found: dict[int, list[str]] = {}
        for event in self._told():
            if isinstance(event.data, FINAL):
                word = str(getattr(event.data, "outcome", type(event.data).__name__.removeprefix("Deployment")))
                found.setdefault(event.context.generation_number, []).append(word.lower())
        return found

    def last(self, name: str) -> Any:
        """The newest event of this class."""
        return next(event.data for event in reversed(self._told()) if type(event.data).__name__ == name)


def _bare(found: Object) -> Object:
    metadata = {name: value for name, value in found["metadata"].items() if name not in _OF_THE_SERVER}
    return {**{name: value for name, value in found.items() if name != "status"}, "metadata": metadata}
