"""Somebody asks for another version, or takes back what they asked: each request ends once, and objects follow."""

import asyncio
from typing import Any

import pytest

from infra.local.stack import Stack
from tests.e2e.app_folder import write_app
from tests.e2e.eventually import eventually
from tests.e2e.ledgers import Ledgers
from tests.e2e.person import Person

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


def objects_of(ledgers: Ledgers, deployment: str) -> dict[str, Any]:
    """The declared objects of a deployment, by kind and name."""
    return {
        f"{one['kind']}/{one['metadata']['name']}": one
        for one in ledgers.sandbox_objects()
        if one["metadata"].get("labels", {}).get("appstore.nl/deployment") == deployment
    }


async def test_another_version_is_a_new_revision_and_keeps_the_data(demi: Person, ledgers: Ledgers) -> None:
    """An upgrade is the same deployment's next generation: the image changes, the volumes stay the same objects."""
    old = await demi.store.deployments.request("qdrant", version="1.18.3", environment="test", name="minds", wait=30)
    assert old.status == "succeeded"
    deployment = str(old.subject.deployment)
    before = objects_of(ledgers, deployment)

    new = await demi.store.deployments.request("qdrant", version="1.19.0", environment="test", name="minds", wait=30)
    assert (new.status, new.subject.deployment) == ("succeeded", deployment)
    after = objects_of(ledgers, deployment)
    image = after["Deployment/minds"]["spec"]["template"]["spec"]["containers"][0]["image"]
    assert image == "qdrant/qdrant:v1.19.0-unprivileged"
    claims = [name for name in before if name.startswith("PersistentVolumeClaim/")]
    assert claims
    assert {name: before[name]["metadata"]["uid"] for name in claims} == {
        name: after[name]["metadata"]["uid"] for name in claims
    }
    shown = await demi.store.deployments.get(deployment)
    assert (shown.version, shown.revision, shown.generation) == ("1.19.0", 2, 2)

    gone = await demi.store.deployments.remove(deployment, wait=30)
    assert gone.status == "succeeded"
    assert sorted(objects_of(ledgers, deployment)) == sorted(claims)
    found = await demi.store.deployments.get(deployment)
    assert (found.removed, [f"PersistentVolumeClaim/{name}" for name in found.kept_data]) == (True, sorted(claims))

    again = await demi.store.deployments.request("qdrant", version="1.19.0", environment="test", name="minds", wait=30)
    assert (again.status, again.subject.deployment) == ("succeeded", deployment)
    assert {name: before[name]["metadata"]["uid"] for name in claims} == {
        name: objects_of(ledgers, deployment)[name]["metadata"]["uid"] for name in claims
    }
    gone = await demi.store.deployments.remove(deployment, with_data="minds", wait=30)
    assert gone.status == "succeeded"
    assert objects_of(ledgers, deployment) == {}
    assert (await demi.store.deployments.get(deployment)).removed


async def test_a_removal_overtakes_what_is_under_way(stack: Stack, demi: Person, ledgers: Ledgers) -> None:
    """Deploy, deploy again and remove at once: the last one succeeds, those before end as cancelled or succeeded."""
    write_app(stack.home.apps, "hurried")
    await eventually(
        demi.store.apps.list_all, lambda cards: "hurried" in {card.name for card in cards}, 5, "the app is listed"
    )
    first = await demi.store.deployments.request("hurried", environment="test")
    deployment = str(first.subject.deployment)
    second = await demi.store.deployments.request("hurried", environment="test")
    await eventually(
        lambda: demi.store.deployments.list(team="team-data"),
        lambda page: deployment in {one.id for one in page.items},
        5,
        "the deployment is known",
    )
    last = await demi.store.deployments.remove(deployment)
    ended = await asyncio.gather(*(demi.ended(one) for one in (first, second, last)))
    assert [one.status for one in ended][-1] == "succeeded"
    assert {one.status for one in ended[:-1]} <= {"cancelled", "succeeded"}
    assert objects_of(ledgers, deployment) == {}

    again = await demi.store.deployments.request("hurried", environment="test", wait=20)
    assert again.status == "succeeded"
    assert again.subject.deployment != deployment


async def test_a_name_that_another_app_has_is_refused(demi: Person) -> None:
    """Under a name that stands, another app is refused before anything is accepted."""
    taken = await demi.store.deployments.request("qdrant", environment="acceptance", name="taken", wait=30)
    assert taken.status == "succeeded"
    answer = await demi.send(
        "POST", "/deployments", json={"app": "ollama", "environment": "acceptance", "name": "taken"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "name-in-use")
