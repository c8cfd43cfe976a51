"""Read models of a whole stack, made anew from the log while the gateway dies."""

import pytest

from infra.local.stack import Stack
from infra.operator.read_model_builds import ask, standings
from tests.e2e.at_rest import counts_at_rest
from tests.e2e.eventually import eventually
from tests.e2e.ledgers import Ledgers

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.kills,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
]


async def test_a_rebuild_goes_on_after_the_gateway_was_killed(hurt: Stack, ledgers_of_hurt: Ledgers) -> None:
    """All read models are built anew, with a kill in the middle: other collections, the same digests, no new audit."""
    await counts_at_rest(hurt, ledgers_of_hurt)
    before, audited = ledgers_of_hurt.digests(), ledgers_of_hurt.audit_head()
    asked = ask(ledgers_of_hurt.gateway, [model.name for model in before.models])

    async def begun() -> int:
        return sum(one.building is not None for one in standings(ledgers_of_hurt.gateway))

    await eventually(begun, bool, within=10, what="the gateway builds")
    await hurt.kill("gateway")
    await hurt.ready()

    async def left() -> list[str]:
        return [one.name for one in standings(ledgers_of_hurt.gateway) if not one.over(asked[one.name])]

    await eventually(left, lambda names: not names, within=40, what="everything was built")
    after = ledgers_of_hurt.digests()
    assert after.over_all == before.over_all
    assert {model.collection for model in after.models}.isdisjoint(model.collection for model in before.models)
    assert ledgers_of_hurt.audit_head() == audited
