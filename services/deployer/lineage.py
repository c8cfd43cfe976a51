"""The lineage of what the deployer tells on its own: kept of the request that it is about, since no message is in hand.

Use cases record with it; `known_request.py` says what is kept.
"""

from collections.abc import Mapping
from typing import Any

from chassis.motions import Lineage
from contracts.envelope import Context
from services.deployer.domain.known_request import CameFrom, KnownRequest


def came_from(context: Context) -> CameFrom:
    """What is kept of a request's lineage."""
    found = Lineage.of(context)
    return CameFrom(
        correlation=found.correlation,
        causation=found.causation,
        team=found.team,
        actor=found.actor,
        actor_roles=found.actor_roles,
        traceparent=found.traceparent,
    )


def lineage(request: KnownRequest) -> Lineage:
    """The lineage of everything told about a request without its message in hand."""
    return lineage_of(request.came_from)


def lineage_of_running(running: KnownRequest) -> Lineage:
    """Part of the story of the request that runs, but set off by nobody of ours."""
    return Lineage(running.came_from.correlation, team=running.came_from.team)


def lineage_of(came: CameFrom) -> Lineage:
    """The lineage that was kept."""
    known: Mapping[str, Any] = came.model_dump(by_alias=False)
    return Lineage(**known)
