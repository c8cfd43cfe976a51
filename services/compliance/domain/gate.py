"""The decision on a deployment: gates that fail or are unknown block it, and each one that does is named.

A warning passes a gate, and no score makes up for a gate that blocks (reference: gates are separate from the score).
How strictly a place is judged is its policy level: a gate blocks from the level its rule names, and warns below it.
"""

from contracts.compliance.events import DeploymentApproved, DeploymentRejected, Objection
from contracts.compliance.level import PolicyLevel
from contracts.compliance.verdict import RuleResult, Verdict
from contracts.deployments.requests import DeploymentRequested
from contracts.envelope import Event
from contracts.noun import Noun
from services.compliance.domain.score import Scored

BLOCKS = (Verdict.FAIL, Verdict.UNKNOWN)


class DecisionState(Noun):
    """The newest generation of a deployment that was decided, and how."""

    deployment: str
    generation: int
    approved: bool


def evolve(
    state: DecisionState | None,
    event: Event[DeploymentApproved | DeploymentRejected],
) -> DecisionState:
    """Fold the decisions on a deployment; what names an older generation changes nothing."""
    generation = event.context.generation_number
    if state is not None and state.generation > generation:
        return state
    approved = isinstance(event.data, DeploymentApproved)
    return DecisionState(deployment=event.data.deployment, generation=generation, approved=approved)


def judge(request: DeploymentRequested, scored: Scored, level: PolicyLevel) -> DeploymentApproved | DeploymentRejected:
    """Approve, with the gates that only warn at this level; or reject with every rule that decided."""
    blocking = {rule.id for rule in scored.policy_set.rules if level.reaches(rule.blocks_from)}
    unmet = tuple(result for result in scored.results if result.gate and result.verdict in BLOCKS)
    objections = tuple(_objection(result) for result in unmet if result.rule in blocking)
    if objections:
        return DeploymentRejected(
            deployment=request.deployment,
            app=request.app,
            version=request.version,
            environment=request.environment,
            policy_set=scored.policy_set.identity,
            level=level,
            objections=objections,
        )
    return DeploymentApproved(
        deployment=request.deployment,
        app=request.app,
        version=request.version,
        environment=request.environment,
        policy_set=scored.policy_set.identity,
        level=level,
        rules=len(scored.results),
        score=scored.score,
        warnings=tuple(_objection(result) for result in unmet),
    )


def _objection(result: RuleResult) -> Objection:
    return Objection(
        rule=result.rule,
        rule_version=result.rule_version,
        criterion=result.criterion,
        verdict=result.verdict,
        message_code=result.message_code,
        params=result.params,
    )
