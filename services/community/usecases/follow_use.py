"""A deployment became healthy, failed or was removed: the team's use of the app begins or ends.

An event may be read after a review that was written later than it happened. Then the review is told again with the
proof that it should have had, so that nothing depends on which came first (DESIGN, rule 6).
"""

from contracts.deployments.events import DeploymentEvent
from contracts.envelope import Event
from contracts.identifiers import TeamId
from services.community.domain.proof import prove_use
from services.community.domain.use import Use, fold_use
from services.community.ports import World


async def follow_use(event: Event[DeploymentEvent], world: World) -> None:
    """Fold the event into the use that the deployment is; mend the proof of reviews written after it happened."""
    before = await world.uses.get(event.data.deployment)
    after = fold_use(before, event)
    if after is None or after == before:
        return
    uses = [use for use in await world.uses.of(after.app, after.team) if use.deployment != after.deployment]
    await world.uses.put(after)
    await _mend(event, after.team, [*uses, after], world)


async def _mend(event: Event[DeploymentEvent], team: TeamId, uses: list[Use], world: World) -> None:
    for review in await world.reviews.of(event.data.app, team):
        if review.published is None or review.written_at is None or review.written_at < event.context.time:
            continue
        proof = prove_use(uses, review.written_at)
        if proof != review.published.proof:
            await world.record(review.published.model_copy(update={"proof": proof}))
