"""A team asks to deploy a version, or to change what it deployed: approve, or reject and name each rule that decided.

The intent makes no difference: a scale, a restart and a rollback keep a version in use, so the version must pass today.
How strictly is the level that the cluster's operator gave to the environment; it is never read from a name.
Only a pause is not judged, by any rule: nothing runs of what is paused, and resuming it comes here again.
Before: the gateway stored the request. After: the deployer starts on an approval, and closes on a rejection. The facts
are judged anew, by the policies and on the day of now, so that a decision never rests on a verdict that has aged; when
that verdict turns out to have changed, the world hears it with the decision.
"""

from chassis.errors import NotKnownYet
from contracts import topics
from contracts.compliance.level import PolicyLevel
from contracts.deployments.requests import DeploymentRequested, Intent
from contracts.envelope import Event
from services.compliance.domain.calendar import legal_day
from services.compliance.domain.fact import overlay
from services.compliance.domain.gate import judge
from services.compliance.domain.known_version import KnownVersion
from services.compliance.domain.score import score, score_again
from services.compliance.ports import World


async def decide_deployment(event: Event[DeploymentRequested], world: World) -> None:
    """Record DeploymentApproved or DeploymentRejected. Raises NotKnownYet while version or cluster are not known."""
    request, moment = event.data, world.clock.now()
    if request.intent is Intent.PAUSE or moment >= request.decide_by or await _decided_already(event, world):
        return
    known = await _offered(request, world)
    level = await _level_of(request, world)
    policy_set = world.policies.active()
    facts = overlay(known.facts, await world.evidence.about(request.app, request.version))
    decision = judge(request, score(policy_set, facts, legal_day(moment)), level)
    await world.record(decision, generation=event.context.number)
    told = await world.verdicts.of(request.app, request.version)
    if told is not None and (changed := score_again(told, policy_set, facts, moment)) is not None:
        await world.record(changed)


async def _decided_already(event: Event[DeploymentRequested], world: World) -> bool:
    decided = await world.decisions.of(event.data.deployment)
    return decided is not None and decided.generation >= event.context.number


async def _offered(request: DeploymentRequested, world: World) -> KnownVersion:
    known = await world.known_versions.of(request.app, request.version)
    app = await world.known_apps.of(request.app)
    if known is None or known.withdrawn or (app is not None and app.withdrawn):
        raise NotKnownYet(topics.APPS, request.app)
    return known


async def _level_of(request: DeploymentRequested, world: World) -> PolicyLevel:
    place = request.environment
    cluster = await world.known_clusters.of(place.cluster)
    if cluster is None:
        raise NotKnownYet(topics.CLUSTERS, place.cluster)
    return cluster.level_of(place.name)
