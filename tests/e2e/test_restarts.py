"""A stack that is stopped and started, or loses its log, knows what it knew and tells nothing anew."""

from collections import Counter

import pytest

from contracts import topics
from infra.local.stack import Stack
from tests.e2e.at_rest import counts_at_rest
from tests.e2e.bare_kafka import read_all
from tests.e2e.ledgers import Ledgers
from tests.e2e.person import signed_in
from tests.e2e.streams import take_until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.kills,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
]


@pytest.mark.kafka
async def test_a_restart_with_nothing_changed_tells_nothing(hurt: Stack, ledgers_of_hurt: Ledgers) -> None:
    """After down and up no service has recorded an event; every read model and the audit log are as they were."""
    before, models = await counts_at_rest(hurt, ledgers_of_hurt), ledgers_of_hurt.read_models()
    digests, audited = ledgers_of_hurt.digests(), ledgers_of_hurt.audit_head()
    assert await hurt.stop() == 0
    await hurt.begin()
    await hurt.ready()

    assert await counts_at_rest(hurt, ledgers_of_hurt) == before
    assert ledgers_of_hurt.read_models() == models
    assert (ledgers_of_hurt.digests(), ledgers_of_hurt.audit_head()) == (digests, audited)


async def test_a_lost_log_is_filled_again(hurt: Stack, ledgers_of_hurt: Ledgers) -> None:
    """When the broker dies alone, its new log holds every event of every ledger once, and nothing is told twice."""
    before, models = await counts_at_rest(hurt, ledgers_of_hurt), ledgers_of_hurt.read_models()
    epoch = hurt.record().cluster_id
    async with signed_in(hurt, "demi") as demi:
        position = (await take_until(demi, None, "hello"))[-1].id
        before = await counts_at_rest(hurt, ledgers_of_hurt)
        digests, audited = ledgers_of_hurt.digests(), ledgers_of_hurt.audit_head()
        await hurt.kill("broker")
        await hurt.ready()
        assert hurt.record().cluster_id != epoch
        assert (await take_until(demi, position, "reset"))[-1].event == "reset"

    assert await counts_at_rest(hurt, ledgers_of_hurt) == before
    assert ledgers_of_hurt.read_models() == models
    assert (ledgers_of_hurt.digests(), ledgers_of_hurt.audit_head()) == (digests, audited)
    messages = await read_all(hurt.kafka, [topic.name for topic in topics.IN_LEDGERS])
    on_the_log = Counter(message.headers["ce_id"] for message in messages)
    recorded = [event["ce_id"] for service in topics.SERVICES for event in ledgers_of_hurt.events(service)]
    assert on_the_log == Counter(recorded)
