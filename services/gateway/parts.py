"""Puts the gateway's parts together: identity, hub and tail, the API and the pages, on one public address.

Runs as the `parts` of `chassis.run`: after the relay can publish, before the read models are fed.
"""

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from chassis.asking import Asker
from chassis.clock import SystemClock
from chassis.health import serving
from chassis.motions import Table
from chassis.off_ledger import OffLedger
from chassis.publish import Publisher
from chassis.run import Running
from chassis.tail import Tail
from contracts import topics
from services.gateway.accept import store as accepted
from services.gateway.accept.secret_road import SecretRoad
from services.gateway.accept.store import Operations
from services.gateway.audit import store as audit_log
from services.gateway.handlers import MOTIONS
from services.gateway.identity import store as identities
from services.gateway.identity.current_person import Identity
from services.gateway.identity.erase_person import reapply_erasures
from services.gateway.identity.key_topic import KeyTopic
from services.gateway.identity.names import Names
from services.gateway.identity.oidc import TokenVerifier
from services.gateway.identity.person_key import PersonKeys
from services.gateway.identity.provider import Provider
from services.gateway.identity.session import Sessions
from services.gateway.identity.sign_in_log import LedgerSignInLog
from services.gateway.identity.sign_ins import SignIns
from services.gateway.live.ears import Ears
from services.gateway.live.hub import Hub
from services.gateway.ports import World
from services.gateway.readmodels.store import ReadModels
from services.gateway.settings import GatewaySettings
from services.gateway.web.public_address import public_address


@asynccontextmanager
async def gateway(running: Running, settings: GatewaySettings) -> AsyncIterator[None]:
    """Serve the public address while the block lasts."""
    await identities.prepare(running.database)
    await reapply_erasures(running.database)
    await accepted.prepare(running.database)
    await audit_log.prepare(running.database)
    hub = Hub(running.epoch)
    asking = _voice(running)
    ears = Ears(hub, Asker(asking, SystemClock()))
    followed = (*topics.IN_LEDGERS, *Table(MOTIONS).topics_heard)
    tail = Tail(settings, followed, running.epoch, ears.hear, ears.begin_at, running.readiness)
    await tail.start()
    ears.asker.expect = tail.expect
    try:
        async with httpx.AsyncClient(timeout=5, follow_redirects=False) as http:
            provider = Provider(settings.issuer.rstrip("/"), http)
            key_topic = KeyTopic(running.database, _voice(running))
            world = _world(running, settings, ears, provider, key_topic)
            road = SecretRoad(running.database, world.models, _voice(running), world.clock)
            world = replace(world, secret_accepted=road.wake)
            address = public_address(world, provider)
            async with (
                key_topic.kept(running.lease),
                road.open(),
                serving(address, settings.host, settings.port, stopping=hub.end),
            ):
                yield
    finally:
        await tail.stop()
        await asking.close()


def _world(running: Running, settings: GatewaySettings, ears: Ears, provider: Provider, key_topic: KeyTopic) -> World:
    platform_key = _platform_key(settings.platform_key_file)
    people = identities.MongoPeople(running.database)
    seen = identities.MongoSeenSignIns(running.database)
    sign_ins = SignIns(LedgerSignInLog(running.performer), seen, people)
    identity = Identity(
        TokenVerifier(provider),
        Sessions(identities.MongoSessions(running.database)),
        sign_ins,
        people,
        settings.public_url.rstrip("/"),
    )
    return World(
        settings=settings,
        performer=running.performer,
        clock=SystemClock(),
        models=ReadModels(running.database, running.versions.serving),
        operations=Operations(running.database),
        hub=ears.hub,
        asker=ears.asker,
        identity=identity,
        people=people,
        names=Names(people),
        keys=PersonKeys(running.database, platform_key, key_topic.wake),
        fingerprint_secret=hashlib.sha256(b"fingerprints" + platform_key).digest() if platform_key else b"",
        person_erased=key_topic.wake,
        readiness=running.readiness,
    )


def _voice(running: Running) -> OffLedger:
    return OffLedger(running.performer.writer, Publisher(running.settings.kafka))


def _platform_key(file: Path | None) -> bytes | None:
    return base64.urlsafe_b64decode(file.read_text().strip()) if file is not None else None
