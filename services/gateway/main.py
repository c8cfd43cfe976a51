"""Starts the gateway: the only place where its parts are put together."""

from contextlib import AbstractAsyncContextManager
from functools import partial

from chassis.ledger import Motion
from chassis.run import Running, run
from chassis.wiring import Service
from services.gateway.handlers import MOTIONS
from services.gateway.identity.key_topic import read_back
from services.gateway.parts import gateway
from services.gateway.settings import GatewaySettings


def world_of(motion: Motion) -> Motion:
    """The gateway has no use cases: what is recorded comes from its routes."""
    return motion


def service() -> Service:
    """The gateway as its environment sets it."""
    settings = GatewaySettings()

    def public_address(running: Running) -> AbstractAsyncContextManager[None]:
        """The API and pages of this process."""
        return gateway(running, settings)

    keys = partial(read_back, settings.kafka)
    return Service("gateway", settings, MOTIONS, world_of, parts=public_address, read_back=keys)


if __name__ == "__main__":
    run(service())
