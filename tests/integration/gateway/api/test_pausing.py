"""Pause and resume at the API: what is asked, what is kept, and what is refused with what to do."""

from contracts.deployments.reasons import ClosedOutcome
from tests.fakes import gateway_changes as changes
from tests.fakes import gateway_events as told
from tests.fakes.gateway_life import CHOSEN, Life, wish_of


async def test_a_pause_is_a_whole_request_and_a_resume_too(life: Life) -> None:
    """Version, settings and number of pods stay in it, so that it runs again as it was."""
    answer = await life.act("_pause")
    assert (answer.status_code, answer.json()["kind"]) == (202, "pause")
    assert (wish_of(life.asked()[-1]), life.asked()[-1]["paused"]) == (("1.0", CHOSEN, 2), True)
    assert (await life.act("_pause")).json()["code"] == "nothing-to-change"
    await life.becomes_healthy(2)
    assert (await life.shown())["paused"]
    assert (await life.client.get(f"{life.address}/diagnosis")).json()["paused"]
    answer = await life.act("_resume", decideWithin=30)
    assert (answer.status_code, answer.json()["kind"]) == (202, "resume")
    assert (wish_of(life.asked()[-1]), life.asked()[-1]["paused"]) == (("1.0", CHOSEN, 2), False)
    assert (await life.act("_resume")).json()["code"] == "nothing-to-change"


async def test_what_is_changed_meanwhile_stays_paused(life: Life) -> None:
    """A change and what files declare are kept with the pause; a restart is refused, and says what to do."""
    await life.act("_pause")
    await life.becomes_healthy(2)
    await life.change(replicas=5)
    assert (wish_of(life.asked()[-1]), life.asked()[-1]["paused"]) == (("1.0", CHOSEN, 5), True)
    refused = await life.act("_restart")
    assert (refused.status_code, refused.json()["code"]) == (409, "is-paused")
    assert refused.json()["next"] == [f"appstore resume {life.deployment}"]


async def test_a_pause_waits_for_what_is_under_way(life: Life) -> None:
    """Nobody could say as what it is resumed: 409, and how to take that back. After a bad end it may be paused."""
    await life.change(version="2.0")
    refused = await life.act("_pause")
    assert (refused.status_code, refused.json()["code"]) == (409, "change-under-way")
    await life.hear((told.started(2), 2), (changes.rolled_back(), 2))
    assert (await life.act("_pause")).status_code == 202
    assert (wish_of(life.asked()[-1]), life.asked()[-1]["paused"]) == (("1.0", CHOSEN, 2), True)


async def test_a_resume_that_is_rejected_leaves_it_paused(life: Life) -> None:
    """It is shown as paused, and the next resume is a new request."""
    await life.act("_pause")
    await life.becomes_healthy(2)
    await life.act("_resume")
    await life.hear((told.closed(ClosedOutcome.REJECTED), 3))
    assert (await life.shown())["paused"]
    assert (await life.act("_resume")).status_code == 202
