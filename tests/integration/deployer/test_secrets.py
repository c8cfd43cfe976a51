"""Secrets in the deployer, on a real database: opened, kept encrypted, given to the cluster, and shown nowhere."""

import base64
from datetime import timedelta

import orjson
import pytest

from chassis.errors import NotKnownYet
from chassis.mongo import Database
from chassis.sealed import Lockbox, seal
from contracts.apps.spec import AppSpec
from contracts.deployments.secrets import SecretSealed, whose
from contracts.envelope import Event
from services.deployer.domain.sealing import SEALED_AT_MOST
from services.deployer.usecases.accept_request import accept_request
from services.deployer.usecases.close_deployment import close_deployment
from services.deployer.usecases.keep_sealing_key import keep_sealing_key
from services.deployer.usecases.remember_version import remember_version
from services.deployer.usecases.remove_deployment import remove_deployment
from services.deployer.usecases.start_deployment import start_deployment
from services.deployer.usecases.store_secret import store_secret
from tests.fakes.database_dump import dump
from tests.fakes.deployer import HandClock
from tests.fakes.deployer_examples import (
    DEPLOYMENT,
    an_environment,
    an_event,
    an_id,
    approved,
    asked,
    published,
    rejected,
    removal_asked,
)
from tests.integration.deployer.conftest import Service
from tests.integration.deployer.test_on_a_real_database import settled
from tests.unit.deployer.specs import SMALL

pytestmark = pytest.mark.integration
CANARY = "canary-of-a-secret-parameter"
SECRET = an_id(0x5EC)
TEXT = {"nl": "Wachtwoord", "en": "Password"}
PASSWORD = {"name": "password", "title": TEXT, "env": "PASSWORD", "secret": True}
WITH_A_PASSWORD = AppSpec.model_validate({**SMALL.model_dump(mode="json"), "parameters": [PASSWORD]})
WITH_A_GENERATED_ONE = AppSpec.model_validate(
    {**SMALL.model_dump(mode="json"), "parameters": [{**PASSWORD, "generated": True}]}
)


@pytest.fixture
async def service(database: Database) -> Service:
    """A deployer that has a sealing key."""
    service = Service(database, HandClock())
    assert await service.handle(keep_sealing_key, None) == ["sealing.key-published.v1"]
    return service


async def _key(service: Service) -> dict[str, str]:
    newest = [entry for entry in service.published.entries if entry["topic"] == "deployer.sealing-keys"][-1]
    told: dict[str, str] = orjson.loads(newest["value"])
    return told


async def _sealed(
    service: Service, value: str = CANARY, *, secret: str = SECRET, sealed_for: str = DEPLOYMENT
) -> Event[SecretSealed]:
    key = await _key(service)
    payload = SecretSealed(
        secret=secret,
        deployment=DEPLOYMENT,
        parameter="password",
        environment=an_environment(),
        sealing_key=key["sealingKey"],
        sealed=seal(value, key["publicKey"], whose(secret, sealed_for, "password")),
    )
    return an_event(payload, service.clock.now())


async def _asked_with_a_secret(service: Service, generation: int = 1) -> None:
    await service.handle(remember_version, published(WITH_A_PASSWORD))
    await service.handle(accept_request, asked(generation=generation, secrets={"password": SECRET}))


async def _in_the_cluster(service: Service) -> dict[str, str]:
    objects = await service.performer.perform(lambda motion: service.cluster_of(motion).objects_of(DEPLOYMENT))
    (secret,) = (one for one in objects if one["kind"] == "Secret")
    assert secret["metadata"]["name"] == "assistant-settings"
    return {name: base64.b64decode(value).decode() for name, value in secret["data"].items()}


async def _places_of(canary: str, service: Service) -> list[str]:
    places = [name for name, content in (await dump(service.database)).items() if canary.encode() in content]
    encoded = base64.b64encode(canary.encode())
    places += [name for name, content in (await dump(service.database)).items() if encoded in content]
    told = [entry["topic"] for entry in service.published.entries if canary.encode() in entry["value"]]
    return places + told


async def test_a_secret_gets_into_the_cluster_and_is_seen_nowhere_else(service: Service) -> None:
    """Sealed, stored, rolled out: the Secret has the value; no collection and no event shows it or a hash's input."""
    await _asked_with_a_secret(service)
    assert await service.handle(store_secret, await _sealed(service)) == ["secret.stored.v1"]
    assert await service.handle(store_secret, await _sealed(service)) == [], "told once"
    await service.handle(start_deployment, approved())
    await settled(service)
    assert service.told()[-1] == "deployment.succeeded.v1"
    assert await _in_the_cluster(service) == {"password": CANARY}
    assert await _places_of(CANARY, service) == []
    await service.handle(remove_deployment, removal_asked())
    await settled(service)
    assert await service.database.collection("secrets").count_documents({}) == 0


async def test_a_rollout_waits_for_its_secrets(service: Service) -> None:
    """Approved before its secret arrived, a request waits for that very thing and no longer than its deadline."""
    await _asked_with_a_secret(service)
    with pytest.raises(NotKnownYet) as waits:
        await service.handle(start_deployment, approved())
    assert (waits.value.topic.name, waits.value.key) == ("gateway.sealed-secrets", DEPLOYMENT)
    assert waits.value.until == asked().data.decide_by
    await service.handle(store_secret, await _sealed(service))
    assert await service.handle(start_deployment, approved()) == ["deployment.started.v1"]


async def test_a_secret_outlives_a_request_that_was_rejected(service: Service) -> None:
    """The correction builds on that request and names the same secret, which nobody has to give again."""
    await _asked_with_a_secret(service)
    await service.handle(store_secret, await _sealed(service))
    await service.handle(close_deployment, rejected())
    await _asked_with_a_secret(service, generation=2)
    await service.handle(start_deployment, approved(generation=2))
    await settled(service)
    assert await _in_the_cluster(service) == {"password": CANARY}


async def test_nothing_is_kept_for_what_is_going(service: Service) -> None:
    """A secret that arrives behind a removal is not kept, since nothing would forget it; a newer request gets it."""
    await _asked_with_a_secret(service)
    await service.handle(remove_deployment, removal_asked())
    assert await service.handle(store_secret, await _sealed(service)) == []
    await settled(service)
    assert await service.handle(store_secret, await _sealed(service)) == []
    assert await service.database.collection("secrets").count_documents({}) == 0
    await _asked_with_a_secret(service, generation=3)
    assert await service.handle(store_secret, await _sealed(service)) == ["secret.stored.v1"]


async def test_a_password_is_made_in_the_cluster(service: Service) -> None:
    """A generated parameter has a value nobody gave: long, kept over looks, in no event and no readable document."""
    await service.handle(remember_version, published(WITH_A_GENERATED_ONE))
    await service.handle(accept_request, asked())
    await service.handle(start_deployment, approved())
    await settled(service)
    made = (await _in_the_cluster(service))["password"]
    assert len(made) == 32
    await settled(service)
    assert (await _in_the_cluster(service))["password"] == made
    assert await _places_of(made, service) == []


async def test_a_box_in_the_place_of_another_is_left_shut(service: Service) -> None:
    """A sealed value that was made for another deployment is not stored, and not told as stored."""
    other = await _sealed(service, sealed_for=an_id(0xBAD))
    assert await service.handle(store_secret, other) == []
    assert await service.database.collection("secrets").count_documents({}) == 0


async def test_keys_are_renewed_and_old_ones_open_what_is_on_its_way(service: Service) -> None:
    """After its days there is a new key; what was sealed with the old one opens for two hours more, then never."""
    early, late = await _sealed(service), await _sealed(service, secret=an_id(0x5ED))
    service.clock.after(timedelta(days=90).total_seconds())
    assert await service.handle(keep_sealing_key, None) == ["sealing.key-published.v1"]
    assert await service.handle(store_secret, early) == ["secret.stored.v1"]
    service.clock.after(SEALED_AT_MOST.total_seconds())
    assert await service.handle(keep_sealing_key, None) == []
    assert await service.handle(store_secret, late) == []
    assert await service.handle(store_secret, await _sealed(service, secret=an_id(0x5EE))) == ["secret.stored.v1"]


async def test_without_a_key_no_secret_is_taken_or_made(database: Database) -> None:
    """Where the operator set no key, none is offered, and a version that needs a password says why it can't run."""
    service = Service(database, HandClock())
    service.lockbox = None
    assert await service.handle(keep_sealing_key, None) == []
    await service.handle(remember_version, published(WITH_A_GENERATED_ONE))
    await service.handle(accept_request, asked())
    await service.handle(start_deployment, approved())
    await service.reconcile(DEPLOYMENT)
    assert service.told()[-1] == "deployment.failed.v1"
    assert b"APPSTORE_SECRETS_KEY_FILE" in service.published.entries[-1]["value"]


async def test_another_key_opens_nothing(service: Service) -> None:
    """A copy of the database beside another key is worth nothing."""
    await service.handle(store_secret, await _sealed(service))
    service.lockbox = Lockbox(b"8" * 32)
    assert await service.handle(store_secret, await _sealed(service, secret=an_id(0x5ED))) == []
