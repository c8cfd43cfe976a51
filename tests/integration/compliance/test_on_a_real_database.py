"""The verbs of compliance in real transactions: what is stored, what is read back, what is told."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from chassis.errors import NotKnownYet
from contracts.apps.events import AppPublished, AppWithdrawn
from contracts.compliance.evidence import EvidenceKind
from contracts.compliance.level import PolicyLevel
from contracts.envelope import Event
from contracts.noun import Text
from services.compliance.ports import World
from services.compliance.usecases.decide_deployment import decide_deployment
from services.compliance.usecases.expire_evidence import expire_evidence
from services.compliance.usecases.record_evidence import record_evidence
from services.compliance.usecases.remember_app import remember_app
from services.compliance.usecases.remember_cluster import remember_cluster
from services.compliance.usecases.rescore_everything import rescore_everything
from services.compliance.usecases.score_version import score_version
from tests.fakes.compliance import event_of, shipped_policies
from tests.fakes.compliance_examples import APP, DPIA, NEEDS_DPIA, published, registered, requested, submitted
from tests.integration.compliance.conftest import NewService, Service

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(60)]


async def handle(service: Service, do: Callable[[Any, Any], Awaitable[None]], event: Event[Any] | None) -> list[str]:
    """One motion; the types it told, in their order."""
    before = len(service.published.entries)
    await service.performer.perform(lambda motion: do(event, service.world_of(motion)), cause=event)
    told = service.published.entries[before:]
    return [dict(entry["headers"])["ce_type"].removeprefix("nl.appstore.") for entry in told]


async def test_rejected_then_evidence_then_approved(new_service: NewService) -> None:
    """The main path in five motions, each reading what the earlier ones stored."""
    async with new_service() as service:
        await handle(service, remember_cluster, event_of(registered()))
        assert await handle(service, score_version, event_of(published(NEEDS_DPIA))) == ["compliance.scored.v1"]
        assert await handle(service, decide_deployment, event_of(requested(), sequence=1)) == ["deployment.rejected.v1"]
        brought = event_of(submitted(EvidenceKind.DPIA, DPIA))
        assert await handle(service, record_evidence, brought) == ["evidence.recorded.v1", "compliance.scored.v1"]
        assert await handle(service, decide_deployment, event_of(requested(), sequence=2)) == ["deployment.approved.v1"]
        assert await handle(service, decide_deployment, event_of(requested(), sequence=2)) == []
        decided = [dict(entry["headers"]) for entry in service.published.entries if "decisions" in entry["topic"]]
        assert [int(headers["ce_generation"]) for headers in decided] == [1, 2]


async def test_a_level_is_read_back_as_it_was_told(new_service: NewService) -> None:
    """The same version passes where the operator asks for less, and the next word of the operator counts."""
    async with new_service() as service:
        await handle(service, score_version, event_of(published(NEEDS_DPIA)))
        with pytest.raises(NotKnownYet):
            await handle(service, decide_deployment, event_of(requested()))
        await handle(service, remember_cluster, event_of(registered(test=PolicyLevel.LENIENT)))
        assert await handle(service, decide_deployment, event_of(requested(), sequence=1)) == ["deployment.approved.v1"]
        await handle(service, remember_cluster, event_of(registered(), sequence=2))
        assert await handle(service, decide_deployment, event_of(requested(), sequence=2)) == ["deployment.rejected.v1"]


async def test_a_restart_with_nothing_changed_records_nothing(new_service: NewService) -> None:
    """States come back from the database equal to what was told, so nothing is told again."""
    async with new_service() as service:
        assert Counter(await handle(service, rescore_everything, None)) == {
            "rule.published.v1": len(shipped_policies().rules),
        }
        await handle(service, score_version, event_of(published(NEEDS_DPIA)))
        await handle(service, record_evidence, event_of(submitted(EvidenceKind.DPIA, DPIA)))
        service.policies.settled_on = None
        for do, event in (
            (rescore_everything, None),
            (expire_evidence, None),
            (score_version, event_of(published(NEEDS_DPIA))),
        ):
            assert await handle(service, do, event) == []
        assert service.policies.settled()


async def test_an_edited_policy_is_told_and_rescores(new_service: NewService) -> None:
    """Another weight: the rule is told, and the verdict with it."""
    async with new_service() as service:
        await handle(service, rescore_everything, None)
        await handle(service, score_version, event_of(published(NEEDS_DPIA)))
        first, *rest = shipped_policies().rules
        identity = shipped_policies().identity.model_copy(update={"sha256": "e" * 64})
        service.policies.next = replace(
            shipped_policies(),
            rules=(replace(first, weight=99.0), *rest),
            identity=identity,
        )
        assert await handle(service, rescore_everything, None) == ["rule.published.v1", "compliance.scored.v1"]
        assert await handle(service, rescore_everything, None) == []


async def test_refused_evidence_leaves_no_trace_in_the_verdict(new_service: NewService) -> None:
    """A refusal is stored as such, and the next score does not read it."""
    async with new_service() as service:
        await handle(service, score_version, event_of(published(NEEDS_DPIA)))
        wrong = event_of(submitted(EvidenceKind.DPIA, {"value": "yes"}))
        assert await handle(service, record_evidence, wrong) == ["evidence.refused.v1"]
        assert await handle(service, score_version, event_of(published(NEEDS_DPIA))) == []


async def test_a_withdrawn_app_waits(new_service: NewService) -> None:
    """What the catalog took back is stored as such."""
    async with new_service() as service:
        summary = Text(nl="Een voorbeeld.", en="An example.")
        app = AppPublished(app=APP, name="example", title="Example", summary=summary)
        await handle(service, remember_app, event_of(app))
        await handle(service, score_version, event_of(published(NEEDS_DPIA)))
        await handle(service, remember_app, event_of(AppWithdrawn(app=APP, name="example")))
        with pytest.raises(NotKnownYet):
            await handle(service, decide_deployment, event_of(requested()))


async def test_every_known_version_is_looked_at_page_by_page(new_service: NewService) -> None:
    """More versions than one page holds are each seen once."""
    async with new_service() as service:

        async def many(_: object, world: World) -> None:
            for number in range(205):
                await score_version(event_of(published({}, f"1.{number}")), world)

        await handle(service, many, None)
        service.policies.next = replace(
            shipped_policies(),
            rules=shipped_policies().rules[1:],
            identity=shipped_policies().identity.model_copy(update={"sha256": "e" * 64}),
        )
        told = [await handle(service, rescore_everything, None) for _ in range(3)]
        assert [Counter(types)["compliance.scored.v1"] for types in told] == [200, 5, 0]
