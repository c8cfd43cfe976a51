"""Each service's database is replaced by an older copy while the broker runs on: refused, restored, and as before."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts import topics
from infra.local.stack import Stack
from tests.e2e.app_folder import write_app
from tests.e2e.at_rest import counts_at_rest
from tests.e2e.bare_kafka import read_all
from tests.e2e.command import Finished, run
from tests.e2e.eventually import eventually
from tests.e2e.ledgers import Ledgers
from tests.e2e.person import Person, signed_in
from tests.fakes.database_copy import copy_out, put_back

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.kills,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

DATABASES = [f"appstore_{service}" for service in topics.SERVICES]
CLUSTER = ("sandbox_objects", "sandbox_revision")
"""What stands in for a cluster, which no copy of a database puts back."""
LEDGER = (sys.executable, "-c", "from infra.operator.ledger import ledger; ledger()")

FACT = {
    "value": True,
    "source": {"uri": "https://example.org/disclosure", "seen": "2026-11-24"},
    "assurance": "attested",
}


@pytest.fixture
def ledgers_of_hurt(hurt_alone: Stack) -> Iterator[Ledgers]:
    """What the services of this stack have written down."""
    ledgers = Ledgers(hurt_alone.mongo)
    yield ledgers
    ledgers.close()


async def test_older_copies_are_brought_to_now(hurt_alone: Stack, ledgers_of_hurt: Ledgers, tmp_path: Path) -> None:
    """No event is told twice, read models, operations and the cluster are as before, and every ledger is whole."""
    async with signed_in(hurt_alone, "demi") as demi, signed_in(hurt_alone, "cato") as cato:
        first = await asyncio.gather(
            demi.store.deployments.request("steady", environment="test", name="kept", wait=30),
            demi.store.deployments.request("brisk", environment="test", name="gone", wait=30),
        )
        assert [one.status for one in first] == ["succeeded", "succeeded"]
        await counts_at_rest(hurt_alone, ledgers_of_hurt)
        copy_out(hurt_alone.mongo, DATABASES, tmp_path)
        asked = await go_on(hurt_alone, demi, cato)
        before, models = await counts_at_rest(hurt_alone, ledgers_of_hurt), ledgers_of_hurt.read_models()
        objects, wanted = cluster(ledgers_of_hurt), desired(ledgers_of_hurt)

        await replace_by_older(hurt_alone, tmp_path)
        done = await asyncio.gather(*(ledger(hurt_alone, "restore", service) for service in topics.SERVICES))
        assert [one.code for one in done] == [0] * 5, "".join(one.said for one in done)
        await hurt_alone.ready()

        assert await counts_at_rest(hurt_alone, ledgers_of_hurt) == before
        assert said(ledgers_of_hurt.read_models()) == said(models)
        assert cluster(ledgers_of_hurt) == objects
        assert desired(ledgers_of_hurt) == wanted
        for operation, status in asked.items():
            assert (await demi.store.operations.get(operation)).status == status
        verified = await ledger(hurt_alone, "verify", "--all", "-o", "json")
        assert verified.code == 0, verified.said
    messages = await read_all(hurt_alone.kafka, [topic.name for topic in topics.IN_LEDGERS])
    places = Counter((one.topic, one.key, one.headers["ce_sequence"]) for one in messages)
    assert len(places) == len({one.headers["ce_id"] for one in messages}) == sum(before.values())


async def go_on(stack: Stack, demi: Person, cato: Person) -> dict[str, str]:
    """Publish an app, deploy, be rejected, bring evidence, remove, review; operations with how they ended."""
    write_app(stack.home.apps, "latecomer")
    page = await demi.store.deployments.list()
    [gone] = [found for found in page if found.name == "gone"]
    operations = await asyncio.gather(
        demi.store.deployments.request("brisk", environment="test", name="later", wait=30),
        demi.store.deployments.request("open-webui", environment="test", name="no", wait=30),
        demi.store.deployments.remove(gone.id, wait=30),
        cato.store.apps.add_evidence("qdrant", "1.18.3", kind="aiDisclosure", fact=FACT, wait=30),
        demi.store.apps.review("brisk", rating=4, text="It starts in seconds.", wait=30),
    )
    await eventually(
        demi.store.apps.list_all,
        lambda cards: "latecomer" in {card.name for card in cards if card.score},
        within=15,
        what="the new app is scored",
    )
    ended = [(await demi.ended(operation)).status for operation in operations]
    assert ended == ["succeeded", "rejected", "succeeded", "succeeded", "succeeded"]
    return {operation.id: status for operation, status in zip(operations, ended, strict=True)}


async def replace_by_older(stack: Stack, folder: Path) -> None:
    """Put the copies back under stopped services, and see each refuse to start; the cluster stays as it is."""
    for service in topics.SERVICES:
        stack.pause(service)
    put_back(stack.mongo, folder, left=CLUSTER)
    for service in topics.SERVICES:
        await stack.kill(service)

    async def refused() -> set[str]:
        """What the supervisor said."""
        said = stack.said()
        return {service for service in topics.SERVICES if f"{service} refuses to start: " in said}

    await eventually(refused, lambda names: len(names) == len(topics.SERVICES), 30, "every service refuses to start")


async def ledger(stack: Stack, *arguments: str) -> Finished:
    """Run `appstore ledger …` as an operator of this stack."""
    return await run(*LEDGER, *arguments, environment=settings(stack), within=60)


def settings(stack: Stack) -> dict[str, str]:
    """What the services of this stack are told."""
    return {
        "APPSTORE_KAFKA": stack.kafka, "APPSTORE_MONGO": stack.mongo, "APPSTORE_LANG": "en",
        "APPSTORE_SESSION_TIMEOUT_MS": "3000", "HOME": str(stack.home.root), "APPSTORE_APPS_DIR": str(stack.home.apps),
    }  # fmt: skip


def said(models: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Read models without the number of their writes, which a reading from the start may raise."""
    return {
        name: [{key: value for key, value in one.items() if key != "revision"} for one in documents]
        for name, documents in models.items()
        if documents
    }


def cluster(ledgers: Ledgers) -> set[tuple[str, str, str]]:
    """The objects that are declared in the cluster."""
    found = [(one["kind"], one["metadata"]) for one in ledgers.sandbox_objects()]
    return {(kind, metadata.get("namespace", ""), metadata["name"]) for kind, metadata in found}


def desired(ledgers: Ledgers) -> dict[str, str]:
    """What the deployer wants of each deployment, as text, whichever process wrote it."""
    found = ledgers.collection("deployer", "desired_states").find({}, {"by": 0})
    return {str(one["_id"]): json.dumps(one, sort_keys=True, default=str) for one in found}
