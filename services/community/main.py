"""Starts the community service: the only place where its parts are put together."""

from chassis.ledger import Motion
from chassis.run import run
from chassis.wiring import Service
from services.community.adapters.mongo.known_apps import MongoKnownApps
from services.community.adapters.mongo.reviews import MongoReviews
from services.community.adapters.mongo.uses import MongoUses
from services.community.handlers import MOTIONS
from services.community.ports import World
from services.community.settings import CommunitySettings


def world_of(motion: Motion) -> World:
    """The World of one motion."""
    return World(
        record=motion.record,
        clock=motion.clock,
        known_apps=MongoKnownApps(motion),
        uses=MongoUses(motion),
        reviews=MongoReviews(motion),
    )


def service() -> Service:
    """The community service as its environment sets it."""
    return Service("community", CommunitySettings(), MOTIONS, world_of)


if __name__ == "__main__":
    run(service())
