"""Secrets in the gateway: taken with a request, sealed before anything is stored, sent until the deployer has them."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from chassis.clock import SystemClock
from chassis.off_ledger import OffLedger
from chassis.publish import Publisher
from chassis.sealed import KeyPair, new_pair, unseal
from contracts import topics
from contracts.apps.parameter import Parameter
from contracts.deployments.secrets import SealingKeyPublished, SecretStored, whose
from contracts.noun import Text
from services.gateway.accept.secret_road import SecretRoad
from tests.e2e.bare_kafka import read_all
from tests.fakes import gateway_events as told
from tests.fakes.chassis_processes import BrokerProcess
from tests.fakes.database_dump import dump
from tests.fakes.gateway_events import CLUSTER, Telling, an_id
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

CANARY = "canary-of-a-secret-parameter"
TITLE = Text(nl="Wachtwoord", en="Password")
PASSWORD = Parameter(name="password", title=TITLE, env="PASSWORD", secret=True, required=True)
LEVEL = Parameter(name="level", title=TITLE, env="LEVEL")
WISH: dict[str, Any] = {"app": "docling-serve", "secrets": {"password": CANARY}}


@pytest.fixture
def pair() -> KeyPair:
    """The deployer's."""
    return new_pair()


@pytest.fixture
async def gateway(mongo: str, pair: KeyPair) -> AsyncIterator[GatewayOnADatabase]:
    """A gateway that knows an app with a secret parameter and the cluster's key."""
    gateway = GatewayOnADatabase(mongo)
    await gateway.prepare()
    tell = Telling()
    key = SealingKeyPublished(cluster=CLUSTER, sealing_key=an_id(81), public_key=pair.public)
    await gateway.hear(
        *map(tell, (told.app(), told.version(parameters=(PASSWORD, LEVEL)), told.scored(), told.cluster(), key))
    )
    yield gateway
    gateway.close()


@pytest.fixture
async def road(gateway: GatewayOnADatabase, broker: BrokerProcess) -> AsyncIterator[SecretRoad]:
    """The road to a real broker."""
    voice = OffLedger(gateway.performer.writer, Publisher(broker.bootstrap))
    yield SecretRoad(gateway.database, gateway.world.models, voice, SystemClock())
    await voice.close()


async def test_the_request_names_the_secret_and_nothing_shows_it(gateway: GatewayOnADatabase, pair: KeyPair) -> None:
    """The event has an id; the database has a sealed box only the deployer opens; nothing anywhere has the value."""
    async with gateway.developer(**{"Idempotency-Key": "once"}) as demi:
        first = await demi.post("/deployments", json=WISH)
        assert first.status_code == 202, first.text
        assert (await demi.post("/deployments", json=WISH)).json()["id"] == first.json()["id"]
    (entry,) = gateway.published.entries
    request = orjson.loads(entry["value"])
    (sealed,) = await gateway.database.collection("sealed_secrets").find({}).to_list(None)
    assert request["secrets"] == {"password": sealed["_id"]}
    opened = unseal(sealed["sealed"], pair.private, whose(sealed["_id"], request["deployment"], "password"))
    assert opened == CANARY
    assert [name for name, content in (await dump(gateway.database)).items() if CANARY.encode() in content] == []
    assert CANARY not in first.text
    assert CANARY.encode() not in entry["value"]


async def test_it_is_sent_until_the_deployer_has_it(
    gateway: GatewayOnADatabase, road: SecretRoad, broker: BrokerProcess
) -> None:
    """What is sealed goes out on its short topic, and the copy is deleted once SecretStored was heard."""
    async with gateway.developer() as demi:
        assert (await demi.post("/deployments", json=WISH)).status_code == 202
    assert await road.send() == 1
    (message,) = await read_all(broker.bootstrap, [topics.SEALED_SECRETS.name])
    sealed = orjson.loads(message.value)
    assert message.key == sealed["deployment"].encode()
    assert CANARY.encode() not in message.value
    assert await road.send() == 1, "nobody answered"
    stored = SecretStored(secret=sealed["secret"], deployment=sealed["deployment"], parameter="password")
    await gateway.hear(Telling()(stored))
    assert await road.send() == 0
    assert await gateway.database.collection("sealed_secrets").count_documents({}) == 0


async def test_a_change_of_a_secret_is_a_change(gateway: GatewayOnADatabase) -> None:
    """The same value given again gets another id; one that is not given again stays; null takes it back."""
    async with gateway.developer() as demi:
        await demi.post("/deployments", json=WISH)
        deployment = orjson.loads(gateway.published.entries[0]["value"])["deployment"]
        await gateway.catch_up()
        again = await demi.patch(f"/deployments/{deployment}", json={"secrets": {"password": CANARY}})
        assert again.status_code == 202, again.text
        scaled = await demi.patch(f"/deployments/{deployment}", json={"replicas": 2})
        assert scaled.status_code == 202, scaled.text
        gone = await demi.patch(f"/deployments/{deployment}", json={"secrets": {"password": None}})
        assert gone.status_code == 422, "it is required"
    ids = [orjson.loads(entry["value"])["secrets"]["password"] for entry in gateway.published.entries]
    assert ids[0] != ids[1] == ids[2]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"secrets": {"nothing": CANARY, "password": "x"}}, "secrets.nothing"),
        ({"secrets": {"level": CANARY, "password": "x"}}, "secrets.level"),
        ({"secrets": {"password": CANARY + "\0"}}, "secrets.password"),
        ({"secrets": {"password": [CANARY]}}, "secrets.password"),
        ({"secrets": {"password": CANARY * 2000}}, "secrets.password"),
        ({"secrets": CANARY}, "secrets"),
        ({"parameters": {"password": CANARY}, "secrets": {"password": "x"}}, "parameters.password"),
        ({"secrets": {"password": ""}}, "secrets.password"),
        ({}, "parameters.password"),
    ],
)
async def test_what_does_not_fit_is_refused_without_being_told_back(
    gateway: GatewayOnADatabase, body: dict[str, Any], field: str
) -> None:
    """Each mistake names its field, is told in words, and never repeats what was given."""
    async with gateway.developer() as demi:
        refused = await demi.post("/deployments", json={"app": "docling-serve", **body})
    assert refused.status_code == 422, refused.text
    assert field in [one["field"] for one in refused.json()["errors"]]
    assert CANARY not in refused.text
    assert not gateway.published.entries


async def test_without_a_key_nothing_is_accepted(mongo: str) -> None:
    """A cluster that told no key takes no secrets; the answer says whose turn it is, and nothing was stored."""
    gateway = GatewayOnADatabase(mongo)
    await gateway.prepare()
    tell = Telling()
    await gateway.hear(*map(tell, (told.app(), told.version(parameters=(PASSWORD,)), told.scored(), told.cluster())))
    async with gateway.developer() as demi:
        refused = await demi.post("/deployments", json=WISH)
    assert (refused.status_code, refused.json()["code"]) == (503, "no-sealing-key")
    assert not gateway.published.entries
    gateway.close()
