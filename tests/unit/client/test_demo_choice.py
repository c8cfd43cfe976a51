"""Which app the demo shows, from the scorecards alone, whatever evidence stands."""

from typing import Any

import pytest
from appstore_client.models import App

from infra.local.demo.choose_app import SOURCE, STAND_IN, choose_app
from infra.local.demo.step import UnexpectedError
from tests.unit.client.samples import app, result

PUBLISHED = {"repository": "https://github.com/a/b", "path": "chats.py", "uri": None}
BY_HAND = {"uri": "https://intranet.example/dpia.pdf"}


def judged(name: str, verdict: str, *evidence: dict[str, Any], also: str | None = None) -> App:
    """An app whose DPIA gate rests on `evidence`; `also` is the verdict of a gate of another criterion."""
    one = app(name, verdict)
    criteria = one["scorecard"]["criteria"]
    criteria["dpia"]["results"][0]["evidence"] = list(evidence)
    if also:
        criteria["ai-risk"] = {"verdict": also, "results": [result("ai-risk-known", also, gate=True)]}
    return App.model_validate(one | {"facts": {"personalData": {"source": PUBLISHED}, "dpia": None}})


def test_an_app_that_its_dpia_alone_blocks_comes_first() -> None:
    """An app with nothing but its DPIA gate closed is chosen before one whose gate evidence opened."""
    choice = choose_app([judged("brought", "pass", BY_HAND), judged("missing", "unknown", PUBLISHED)])
    assert (choice.app.name, choice.reopened, choice.ends_final) == ("missing", False, False)
    assert choice.source == SOURCE


@pytest.mark.parametrize("verdict", ["pass", "warn"])
def test_a_dpia_brought_by_hand_is_opened_again_and_ends_final(verdict: str) -> None:
    """Where a person's DPIA opened the gate, that app is chosen, and its DPIA is final at the end."""
    choice = choose_app([judged("plain", "pass", PUBLISHED), judged("brought", verdict, PUBLISHED, BY_HAND)])
    assert (choice.app.name, choice.reopened, choice.ends_final) == ("brought", True, True)
    assert choice.source == STAND_IN


def test_the_demos_own_dpia_ends_as_a_concept() -> None:
    """Where an earlier run left its own final DPIA, the demo opens it again and does not end final."""
    choice = choose_app([judged("own", "warn", PUBLISHED, {"uri": SOURCE})])
    assert (choice.reopened, choice.ends_final) == (True, False)


def test_a_stand_in_that_was_left_as_a_concept_ends_final() -> None:
    """A run stopped halfway does not make the next one forget that a person's final DPIA stood."""
    choice = choose_app([judged("stopped", "fail", PUBLISHED, {"uri": STAND_IN})])
    assert (choice.reopened, choice.ends_final) == (False, True)


@pytest.mark.parametrize(
    "apps",
    [
        [judged("published", "pass", PUBLISHED)],
        [judged("not-asked", "n/a", BY_HAND)],
        [judged("blocked-too", "pass", BY_HAND, also="fail"), judged("both", "unknown", also="unknown")],
    ],
)
def test_when_no_app_fits_the_way_out_is_the_last_word(apps: list[App]) -> None:
    """Without an app to reject the demo says so, and names the command that begins anew."""
    with pytest.raises(UnexpectedError, match=r"blocked by its DPIA gate alone") as stopped:
        choose_app(apps)
    assert stopped.value.following == ("make down reset up",)
