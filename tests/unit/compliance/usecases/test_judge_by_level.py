"""How strictly a request is judged follows from the level of its environment, as the cluster's operator says it."""

from dataclasses import replace
from itertools import pairwise

import pytest

from chassis.errors import NotKnownYet
from contracts import topics
from contracts.compliance.events import DeploymentApproved, DeploymentRejected
from contracts.compliance.level import PolicyLevel
from services.compliance.usecases.decide_deployment import decide_deployment
from services.compliance.usecases.remember_cluster import remember_cluster
from services.compliance.usecases.score_version import score_version
from tests.fakes.compliance import FakeCompliance, FakeKnownClusters, event_of
from tests.fakes.compliance_examples import CLUSTER, HARMLESS, NEEDS_DPIA, published, registered, requested

pytestmark = pytest.mark.asyncio
PROHIBITED = {**HARMLESS, "aiRisk": {"value": {"category": "prohibited", "because": "It scores people socially."}}}


async def test_what_blocks_in_production_warns_where_less_is_asked(compliance: FakeCompliance) -> None:
    """Without a DPIA: rejected in production, let through with a warning in test; each decision names its level."""
    await remember_cluster(event_of(registered(test=PolicyLevel.LENIENT)), compliance.world)
    await score_version(event_of(published(NEEDS_DPIA)), compliance.world)
    await decide_deployment(event_of(requested(environment="production"), sequence=1), compliance.world)
    await decide_deployment(event_of(requested(environment="test"), sequence=2), compliance.world)
    rejected, approved = compliance.told(DeploymentRejected)[0], compliance.told(DeploymentApproved)[0]
    assert (rejected.level, approved.level) == (PolicyLevel.STRICT, PolicyLevel.LENIENT)
    assert approved.warnings == rejected.objections
    assert [one.rule for one in approved.warnings] == ["dpia-present"]


async def test_a_practice_that_is_prohibited_blocks_everywhere(compliance: FakeCompliance) -> None:
    """A gate that names no level blocks at each of them."""
    await remember_cluster(event_of(registered(test=PolicyLevel.LENIENT)), compliance.world)
    await score_version(event_of(published(PROHIBITED)), compliance.world)
    await decide_deployment(event_of(requested()), compliance.world)
    assert [one.rule for one in compliance.told(DeploymentRejected)[0].objections] == ["ai-prohibited-practice"]


async def test_a_name_decides_nothing(compliance: FakeCompliance) -> None:
    """An environment called test of which nobody said a level is judged as strictly as production."""
    await remember_cluster(event_of(registered(production=PolicyLevel.LENIENT)), compliance.world)
    await score_version(event_of(published(NEEDS_DPIA)), compliance.world)
    for number, name in enumerate(("test", "never-offered", "production"), start=1):
        await decide_deployment(event_of(requested(environment=name), sequence=number), compliance.world)
    assert [one.environment.name for one in compliance.told(DeploymentRejected)] == ["test", "never-offered"]
    assert [one.environment.name for one in compliance.told(DeploymentApproved)] == ["production"]


@pytest.mark.parametrize("blocks_from", PolicyLevel)
async def test_a_stricter_level_never_lets_more_through(compliance: FakeCompliance, blocks_from: PolicyLevel) -> None:
    """Whatever level a rule blocks from: from that level on it blocks, and below it the same gate is a warning."""
    shipped = compliance.policies.policy_set
    rules = tuple(replace(rule, blocks_from=blocks_from) if rule.gate else rule for rule in shipped.rules)
    compliance.policies.policy_set = replace(shipped, rules=rules)
    await score_version(event_of(published({})), compliance.world)
    stopped = []
    for number, level in enumerate(PolicyLevel, start=1):
        await remember_cluster(event_of(registered(test=level)), compliance.world)
        await decide_deployment(event_of(requested(), sequence=number), compliance.world)
        stopped.append(isinstance(compliance.recorded[-1], DeploymentRejected))
    assert stopped == [level.reaches(blocks_from) for level in PolicyLevel]
    assert all(later or not earlier for earlier, later in pairwise(stopped))


async def test_a_cluster_not_heard_of_is_not_known_yet() -> None:
    """The request waits for the cluster, and nothing is decided in the meantime."""
    compliance = FakeCompliance(clusters=FakeKnownClusters())
    await score_version(event_of(published(HARMLESS)), compliance.world)
    compliance.forget_recorded()
    with pytest.raises(NotKnownYet) as waits:
        await decide_deployment(event_of(requested()), compliance.world)
    assert (waits.value.topic, waits.value.key) == (topics.CLUSTERS, CLUSTER)
    assert compliance.recorded == []
