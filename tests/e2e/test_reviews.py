"""A review says what its author's team ran, and its words are readable nowhere but where it is shown."""

from uuid import uuid4

import pytest

from contracts import topics
from infra.local.stack import Stack
from tests.e2e.bare_kafka import read_all
from tests.e2e.command import Terminal
from tests.e2e.eventually import eventually
from tests.e2e.ledgers import Ledgers
from tests.e2e.person import Person

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_a_review_is_proven_and_its_words_stay_locked(
    stack: Stack, demi: Person, terminal_of_demi: Terminal, ledgers: Ledgers
) -> None:
    """After an app ran, a review tells version and duration; no ledger and no topic holds its words or a name."""
    canary = f"canary{uuid4().hex}"
    ran = await demi.store.deployments.request("qdrant", environment="production", name="reviewed", wait=30)
    assert ran.status == "succeeded"

    written = await terminal_of_demi.appstore("review", "qdrant", "--rating", "4", "--text", f"It works. {canary}")
    assert written.code == 0, written.said

    reviews = await eventually(
        lambda: demi.store.apps.reviews("qdrant"), lambda page: page.items, within=5, what="the review is shown"
    )
    (review,) = reviews.items
    assert review.text == f"It works. {canary}"
    assert review.author.name == "Demi Demo (developer)"
    assert review.proof is not None
    assert "1.19.0" in review.proof.versions
    assert "production" in review.proof.environments
    assert review.proof.seconds is not None
    assert review.proof.running

    on_the_log = await read_all(stack.kafka, [topic.name for topic in topics.ALL])
    everything = [message.value + repr(message.headers).encode() for message in on_the_log]
    everything += [raw for service in topics.SERVICES for raw in ledgers.raw(service)]
    assert any(review.id.encode() in one for one in everything)
    for secret in (canary.encode(), b"Demi", b"demo-demi"):
        assert not [one for one in everything if secret in one]


async def test_one_person_writes_one_review_of_an_app(cato: Person) -> None:
    """A second review of the same app by the same person is refused, and the first one stays."""
    first = await cato.ended(await cato.store.apps.review("ollama", rating=5, text="First."))
    assert first.status == "succeeded"
    second = await cato.ended(await cato.store.apps.review("ollama", rating=1, text="Second."))
    assert second.status == "rejected"
    assert second.problem is not None
    assert second.problem.code == "already-reviewed"
    reviews = (await cato.store.apps.reviews("ollama")).items
    assert [(review.rating, review.text) for review in reviews] == [(5, "First.")]
