"""What a change to a deployment builds on: the newest request that did not end badly, whole.

`change` asks here inside its transaction. The newest request is the gateway's own and exact; how requests ended is read
from the read models, which may lag: then the newest request counts, as for whoever saw no other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from chassis.errors import NotNow
from chassis.ledger import Motion
from contracts import topics
from contracts.deployments.requests import DeploymentRemovalRequested, DeploymentRequested
from contracts.refusals import Refusal
from services.gateway.accept.operation import ENDED
from services.gateway.accept.request_state import Requested
from services.gateway.readmodels.deployment import status_of
from services.gateway.readmodels.store import Document

BADLY = ENDED - {"succeeded"}


class BeingRemoved(Refusal):
    """It is being taken away, so nothing of it can be changed."""

    code = "being-removed"


@dataclass(frozen=True)
class Base:
    """A whole request and how it stands."""

    request: DeploymentRequested
    generation: int
    status: str

    @property
    def open(self) -> bool:
        """Whether it may still change the cluster."""
        return self.status not in ENDED


async def base_of(motion: Motion, deployment: str, found: Document) -> Base:
    """What a change builds on. `found` is the deployment's document.

    Raises BeingRemoved, and NotNow while nothing whole is known.
    """
    kept = await motion.state_of(topics.DEPLOYMENT_REQUESTS, deployment, Requested)
    if kept is not None and kept.event == DeploymentRemovalRequested.__name__ and not _ended_undone(kept, found):
        raise BeingRemoved(deployment=deployment)
    asked = list(_newest_first(kept, found))
    if not asked:
        message = "the request that a change builds on was not read yet"
        raise NotNow(message)
    return next((one for one in asked if not _ended_badly(one, kept)), asked[0])


def _newest_first(kept: Requested | None, found: Document) -> Iterator[Base]:
    """The whole requests since the last removal that was done."""
    if kept is not None and kept.whole is not None:
        yield Base(kept.whole, kept.generation, status_of(found, kept.generation))
    for generation in sorted(map(int, found["requests"]), reverse=True):
        request, status = found["requests"][str(generation)], status_of(found, generation)
        if request["kind"] == "remove" and status == "succeeded":
            return
        if request["kind"] == "deploy" and (kept is None or generation != kept.generation):
            yield Base(DeploymentRequested.model_validate(request), generation, status)


def _ended_badly(one: Base, kept: Requested | None) -> bool:
    taken_back = kept is not None and kept.cancels == one.generation and one.status != "succeeded"
    return one.status in BADLY or taken_back


def _ended_undone(removal: Requested, found: Document) -> bool:
    """Whether a removal ended and what it was about still stands."""
    ended = (key for key, one in found["requests"].items() if one["operation"] == removal.operation)
    return any(status_of(found, int(generation)) in BADLY for generation in ended)
