"""Somebody asks what a request would do: the revision it would become, rehearsed on the cluster. Nothing is kept.

Asked by the gateway (`contracts.deployments.questions`); answered on the replica that leads, which has the watches.
"""

from dataclasses import dataclass

from contracts.deployments.questions import DeploymentPlanAsked, Plan
from contracts.deployments.requests import DeploymentRequested
from contracts.envelope import Event
from services.deployer.domain.desired import Desired
from services.deployer.domain.doctor.refused_object import manifest_invalid
from services.deployer.domain.foreseen import foreseen, not_buildable, without_secrets
from services.deployer.domain.health import Failure
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.environment import keeps_secret
from services.deployer.domain.manifest.order import in_order
from services.deployer.domain.manifest.secret import settings_secret
from services.deployer.domain.place import no_place
from services.deployer.lineage import came_from
from services.deployer.ports import Object, World
from services.deployer.reconciler.turn import Take, Turn
from services.deployer.usecases.plan_revision import plan_revision


@dataclass(frozen=True, slots=True)
class _Next:
    """What would be, what should be now, whether secrets can be kept here, and which must not be told."""

    number: int
    planned: Desired | Failure
    current: Desired | None
    keeps_secrets: bool
    secrets: tuple[str, ...]


async def answer_plan(question: Event[DeploymentPlanAsked], take_turn: Take) -> Plan:
    """The plan. Raises NotNow while the version or the cluster is not known."""
    return await take_turn(lambda turn: _answer(question, turn))


async def _answer(question: Event[DeploymentPlanAsked], turn: Turn) -> Plan:
    following = await turn.in_motion(lambda world: _next(question, world))
    return without_secrets(await _foreseen(question.data.request, following, turn), following.secrets)


async def _foreseen(asked: DeploymentRequested, following: _Next, turn: Turn) -> Plan:
    if isinstance(following.planned, Failure):
        return not_buildable(following.number, asked.version, following.planned)
    desired, cluster = following.planned, await turn.cluster.facts()
    where = desired.request.environment
    nowhere = no_place(where, cluster)
    if nowhere is not None:
        return not_buildable(following.number, asked.version, nowhere)
    objects = build(desired.facts, desired.spec, cluster.offer_of(where.name))
    rehearsal = await turn.cluster.rehearse(asked.deployment, in_order((*objects, *_secret(desired))))
    refusal = None
    if keeps_secret(desired.facts, desired.spec) and not following.keeps_secrets:
        refusal = manifest_invalid("Secret", desired.facts.name, "data", "the deployer has no key for secrets")
    return foreseen(desired, following.current, rehearsal, refusal)


async def _next(question: Event[DeploymentPlanAsked], world: World) -> _Next:
    asked = question.data.request
    state = await world.deployments.get(asked.deployment)
    current = await world.desired.get(asked.deployment)
    number = (state.revision if state is not None else 0) + 1
    planned = await plan_revision(await _request(asked, question, world), number, state, current, world)
    return _Next(number, planned, current, world.secrets.offered, await world.secrets.all_of(asked.deployment))


async def _request(asked: DeploymentRequested, question: Event[DeploymentPlanAsked], world: World) -> KnownRequest:
    """The request as it would be remembered, with the number it would get."""
    known = await world.requests.get(asked.deployment)
    generation = known.generation + 1 if known is not None else 1
    return KnownRequest.of(asked, generation, world.clock.now(), came_from(question.context))


def _secret(desired: Desired) -> tuple[Object, ...]:
    """The Secret with the names of its values, and nothing in them: what it holds is nobody's business here."""
    if not keeps_secret(desired.facts, desired.spec):
        return ()
    facts, parameters = desired.facts, desired.spec.parameters
    names = [one.name for one in parameters if one.secret and (one.generated or one.name in facts.secrets)]
    return (settings_secret(facts, dict.fromkeys(names, "")),)
