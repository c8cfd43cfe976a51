"""Somebody wrote about an app: publish it with its proof of use, or say why not."""

from chassis.errors import NotKnownYet
from contracts import topics
from contracts.community.events import ReviewAboutNothingKnown
from contracts.community.requests import ReviewSubmitted
from contracts.envelope import Event
from contracts.refusals import Refusal
from services.community.domain.proof import prove_use
from services.community.domain.review import publish, refuse
from services.community.ports import World


async def publish_review(event: Event[ReviewSubmitted], world: World) -> None:
    """Answer with ReviewPublished or ReviewRefused; wait for an app not heard of until `decideBy`."""
    request, author, team = event.data, event.context.actor, event.context.team
    now = world.clock.now()
    try:
        if not await world.known_apps.has(request.app):
            if now < request.decide_by:
                raise NotKnownYet(topics.APPS, request.app)
            raise ReviewAboutNothingKnown
        if author is None:
            raise ReviewAboutNothingKnown
        proof = prove_use(await world.uses.of(request.app, team), event.context.time) if team else None
        await world.record(publish(event, author, proof, reviewed_before=await world.reviews.by(author, request.app)))
    except Refusal as refusal:
        await world.record(refuse(request, refusal))
