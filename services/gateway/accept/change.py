"""A change to a deployment becomes a whole request: what is asked now, with the part that somebody wants otherwise.

`submit` asks here inside its transaction, so two changes at once lose nothing of each other. It also writes the claim
on the deployment's name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.ledger import Motion
from contracts.deployments.requests import DeploymentRequested, Intent
from contracts.refusals import Refusal
from services.gateway.accept.base import BADLY, base_of
from services.gateway.accept.name_claim import renew_claim
from services.gateway.readmodels.store import Document

WHAT_SHALL_BE = ("version", "parameters", "secrets", "replicas", "restarted_at", "paused", "declared_by")


class NothingToChange(Refusal):
    """It is asked already, whole: nothing would become otherwise."""

    code = "nothing-to-change"


class ChangeUnderWay(Refusal):
    """It can't be paused while something else changes: nobody could say what it would be resumed as."""

    code = "change-under-way"


class IsPaused(Refusal):
    """Nothing of it runs, so nothing can be started anew."""

    code = "is-paused"


@dataclass(frozen=True)
class Change:
    """What somebody wants otherwise. `check` refuses a request that does not fit its version."""

    edit: Callable[[DeploymentRequested], DeploymentRequested]
    check: Callable[[DeploymentRequested], None]
    decide_by: datetime
    intent: Intent | None = None
    """What it is called; without one, after what becomes otherwise."""
    again: bool = False
    """Whether what ended badly may be asked as it was."""
    alone: bool = False
    """Whether nothing else may be under way."""


async def changed(motion: Motion, wish: DeploymentRequested, change: Change, found: Document) -> DeploymentRequested:
    """The whole request to record, with the claim on its name renewed. Raises as `as_it_would_be`."""
    wanted = await as_it_would_be(motion, wish, change, found)
    await renew_claim(motion, wanted.deployment, wanted.environment, wanted.name, wanted.app)
    return wanted


async def as_it_would_be(
    motion: Motion, wish: DeploymentRequested, change: Change, found: Document
) -> DeploymentRequested:
    """The whole request; nothing is written. `wish` names the deployment, `found` is its document.

    Raises BeingRemoved, ChangeUnderWay, NothingToChange, and what `edit` and `check` refuse.
    """
    newest = await base_of(motion, wish.deployment, found)
    base = newest.request.model_copy(update={"revision": None})
    if change.alone and newest.open and not base.paused:
        raise ChangeUnderWay(deployment=wish.deployment)
    wanted = change.edit(base)
    revision = found["starts"].get(str(newest.generation), {}).get("revision")
    may_be_the_same = change.again and newest.status in BADLY
    if not may_be_the_same and _asks_the_same(wanted, base, revision):
        raise NothingToChange(deployment=wish.deployment)
    change.check(wanted)
    intent = change.intent or intent_of(base, wanted)
    return wanted.model_copy(update={"decide_by": change.decide_by, "intent": intent})


def intent_of(base: DeploymentRequested, wanted: DeploymentRequested) -> Intent:
    """What a change is called: after the largest thing that becomes otherwise."""
    if wanted.version != base.version:
        return Intent.UPGRADE
    if any(getattr(wanted, name) != getattr(base, name) for name in ("parameters", "secrets", "declared_by")):
        return Intent.CONFIGURE
    return Intent.SCALE if wanted.replicas != base.replicas else Intent.DEPLOY


def _asks_the_same(wanted: DeploymentRequested, base: DeploymentRequested, revision: int | None) -> bool:
    """Whether nothing becomes otherwise; `revision` is the one that the base became."""
    if wanted.revision is not None:
        return wanted.revision == revision
    return all(getattr(wanted, name) == getattr(base, name) for name in WHAT_SHALL_BE)
