"""Where a deployment stands is read from its three writers, whatever the order in which they were heard."""

import random
from collections.abc import Callable
from typing import get_args

import pytest

from contracts.deployments.reasons import ClosedOutcome
from services.gateway.locales.texts import Texts
from services.gateway.web.pages.deployment.view import State
from services.gateway.web.views.states import state_of
from tests.fakes import gateway_story as story
from tests.fakes.gateway_read import ReadModelsInMemory

Chapter = Callable[[ReadModelsInMemory], None]
STATES: list[tuple[State, list[Chapter]]] = [
    ("waiting", [story.ask]),
    ("rejected", [story.ask, story.reject]),
    ("rolling-out", [story.ask, story.approve]),
    ("rolling-out", [story.ask, story.approve, story.start]),
    ("healthy", [story.ask, story.approve, story.start, story.succeed]),
    ("degraded", [story.ask, story.approve, story.start, story.succeed, story.degrade]),
    ("healthy", [story.ask, story.approve, story.start, story.succeed, story.degrade, story.recover]),
    ("failed", [story.ask, story.approve, story.start, story.fail]),
    ("superseded", [story.ask, lambda models: story.close(models, ClosedOutcome.SUPERSEDED, 2)]),
    ("undecided", [story.ask, lambda models: story.close(models, ClosedOutcome.UNDECIDED, 61)]),
    ("removing", [story.ask, story.approve, story.start, story.succeed, lambda models: story.ask_removal(models, 15)]),
    (
        "removed",
        [
            story.ask,
            story.approve,
            story.start,
            story.succeed,
            lambda models: story.ask_removal(models, 15),
            story.remove,
        ],
    ),
]


async def _read(models: ReadModelsInMemory) -> dict[str, object]:
    found = await models.deployment(story.DEPLOYMENT)
    assert found is not None
    return found


@pytest.mark.parametrize(("state", "chapters"), STATES)
async def test_each_story_ends_in_its_state(models: ReadModelsInMemory, state: State, chapters: list[Chapter]) -> None:
    """What was told last decides what the page says."""
    for chapter in chapters:
        chapter(models)
    assert state_of(await _read(models)) == state


async def test_the_writers_may_be_heard_in_any_order() -> None:
    """The answer of compliance may be read before the request: the state is the same."""
    for seed in range(10):
        models = ReadModelsInMemory()
        chapters: list[Chapter] = [story.ask, story.approve, story.start]
        random.Random(seed).shuffle(chapters)  # noqa: S311 - an order, not a secret
        for chapter in chapters:
            chapter(models)
        assert state_of(await _read(models)) == "rolling-out"


async def test_a_held_request_says_so_until_it_ends(models: ReadModelsInMemory) -> None:
    """A request with a held message is on hold; once it ended, its end is what counts."""
    story.ask(models)
    assert state_of(await _read(models), held=True) == "held"
    story.reject(models)
    assert state_of(await _read(models), held=True) == "rejected"


@pytest.mark.parametrize("texts", [Texts("nl"), Texts("en")])
def test_the_app_page_has_a_word_for_each_state(texts: Texts) -> None:
    """Whatever state a deployment is in, its app's page can say so."""
    assert [state for state in get_args(State) if not texts.has(f"app.state.{state}")] == []
