"""Somebody brings an app of their own: it appears, and what is wrong with it is told by whose turn it is."""

import pytest
from appstore_client.models import AppCard

from infra.local.stack import Stack
from tests.e2e.app_folder import write_app
from tests.e2e.command import Terminal
from tests.e2e.eventually import eventually
from tests.e2e.person import Person

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def card_of(person: Person, name: str) -> AppCard | None:
    """The app's row in the list, when it is there with its score."""
    cards = await person.store.apps.list_all()
    return next((card for card in cards if card.name == name and card.score is not None), None)


async def test_a_folder_appears_within_five_seconds_and_asks_for_more_than_there_is(
    stack: Stack, demi: Person, terminal_of_demi: Terminal
) -> None:
    """A new folder is listed within 5 s with low coverage; deploying it tells what was asked and what is free."""
    write_app(stack.home.apps, "huge", memory="500Gi")

    card = await eventually(lambda: card_of(demi, "huge"), bool, within=5, what="the new app is listed")
    assert card is not None
    assert card.score is not None
    assert card.score.coverage < 0.6
    assert card.gates == "pass"

    failed = await terminal_of_demi.appstore("deploy", "huge")
    assert "no node has" in failed.err.lower(), failed.said
    told = await terminal_of_demi.appstore("deploy", "huge", "-o", "json")
    problem = told.json["problem"]
    assert problem["code"] == "unschedulable"
    assert (problem["params"]["asked"], problem["params"]["resource"]) == ("500Gi", "memory")
    assert f"asks 500Gi; the node with the most room has {problem['params']['free']} free" in failed.err
    assert failed.code == told.code == 6

    listed = await terminal_of_demi.appstore("status", "-o", "json")
    (stands,) = [one for one in listed.json["items"] if one["name"] == "huge"]
    assert (stands["status"], stands["failure"]["cause"]) == ("failed", "unschedulable")
    assert (await terminal_of_demi.appstore("status", "huge")).code == 0


async def test_a_broken_folder_hides_no_other(stack: Stack, demi: Person) -> None:
    """Beside a folder that can't be read, a good one appears within 5 s, and the list stays as it was."""
    before = {card.name for card in await demi.store.apps.list_all()}
    broken = stack.home.apps / "broken"
    (broken / "versions").mkdir(parents=True)
    (broken / "app.yaml").write_text("name: [this is not\n")
    write_app(stack.home.apps, "good")

    await eventually(lambda: card_of(demi, "good"), bool, within=5, what="the good app is listed")
    assert {card.name for card in await demi.store.apps.list_all()} == before | {"good"}
