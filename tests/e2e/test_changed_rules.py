"""Verdicts follow the rules and the evidence at once, without a restart, and say why they changed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.local.stack import Stack
from tests.e2e.app_folder import NEEDS_A_DPIA, write_app
from tests.e2e.eventually import eventually
from tests.e2e.person import Person

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_an_edited_rule_scores_again(policies: Path, demi: Person) -> None:
    """A rule whose file is edited is in force within 10 s; verdicts that it changes say `policy`."""
    before = await demi.store.apps.scorecard("qdrant", "1.19.0")
    rule = policies / "self-host" / "telemetry-off-by-default.yaml"
    text = rule.read_text()
    weight = next(line for line in text.splitlines() if line.startswith("weight:"))
    rule.write_text(text.replace(weight, f"weight: {int(weight.split()[1]) + 3}"))

    card = await eventually(
        lambda: demi.store.apps.scorecard("qdrant", "1.19.0"),
        lambda seen: seen.score != before.score,
        within=10,
        what="qdrant has another score",
    )
    assert card.change == "policy"


async def test_a_broken_rule_file_changes_nothing(policies: Path, stack: Stack, demi: Person) -> None:
    """While a rule's file can't be read, the rules that were in force stay so, and a new app is still judged."""
    rule = policies / "self-host" / "image-public.yaml"
    text = rule.read_text()
    rule.write_text("id: [broken\n")
    try:
        write_app(stack.home.apps, "judged")
        apps = await eventually(
            demi.store.apps.list_all,
            lambda cards: any(card.name == "judged" and card.score is not None for card in cards),
            within=5,
            what="the new app has a score",
        )
        assert {"qdrant", "ollama"} <= {card.name for card in apps}
    finally:
        rule.write_text(text)


async def test_evidence_changes_a_verdict(stack: Stack, demi: Person, cato: Person) -> None:
    """Evidence of a DPIA opens the gate of an app that needs one, and the verdict says `evidence`."""
    write_app(stack.home.apps, "needs-dpia", facts=NEEDS_A_DPIA)
    closed = await eventually(
        demi.store.apps.list_all,
        lambda cards: any(card.name == "needs-dpia" and card.gates == "unknown" for card in cards),
        within=5,
        what="the app is listed with its gate shut",
    )
    assert closed

    fact = {
        "value": {"status": "definitief", "residualRisk": "laag", "dated": "2026-11-01"},
        "assurance": "attested",
        "source": {"uri": "https://intranet.example.org/dpia", "seen": datetime.now(UTC).date().isoformat()},
    }
    added = await cato.ended(await cato.store.apps.add_evidence("needs-dpia", "1.0.0", kind="dpia", fact=fact))
    assert added.status == "succeeded"
    card = await eventually(
        lambda: demi.store.apps.scorecard("needs-dpia", "1.0.0"),
        lambda seen: not seen.blocking(),
        within=5,
        what="no gate blocks",
    )
    assert card.change == "evidence"
    sources = [one.get("uri") for result in card.criteria["dpia"].results for one in result.evidence]
    assert "https://intranet.example.org/dpia" in sources


async def test_evidence_of_the_wrong_kind_is_refused_by_its_owner(cato: Person) -> None:
    """A fact that does not fit its kind ends the operation as rejected, and says which field is wrong."""
    fact = {"value": {"status": "nearly"}, "source": {"uri": "https://example.org/x", "seen": "2026-11-24"}}
    refused = await cato.ended(await cato.store.apps.add_evidence("qdrant", "1.19.0", kind="dpia", fact=fact))
    assert refused.status == "rejected"
    assert refused.problem is not None
    assert refused.problem.code == "evidence-is-not-that-kind"
    assert "status" in str(refused.problem.detail)
