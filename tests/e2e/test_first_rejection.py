"""Rejected with reasons, evidence added, and the same command succeeds."""

import json
from pathlib import Path

import pytest

from tests.e2e.command import Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.kafka, pytest.mark.asyncio(loop_scope="session")]

DPIA = {
    "value": {"status": "definitief", "residualRisk": "laag", "dated": "2026-11-01"},
    "assurance": "attested",
    "source": {"uri": "https://intranet.example.org/dpia/open-webui", "seen": "2026-11-24"},
}


async def test_a_rejection_says_what_would_change_it_and_evidence_does(
    terminal_of_demi: Terminal, terminal_of_cato: Terminal, tmp_path: Path
) -> None:
    """A deployment that a rule stops ends with exit code 3, the rule, its article and the remedy; then it succeeds.

    Where the cluster's operator asks for less, the same rule is a warning.
    """
    deploy = ("deploy", "open-webui", "--environment", "acceptance")

    rejected = await terminal_of_demi.appstore(*deploy)
    assert rejected.code == 3, rejected.said
    for told in (
        "Judged at level: strict.",
        "dpia-present",
        "GDPR, articles 35 and 36",
        "what would change it: Finish a DPIA",
    ):
        assert told in rejected.err
    assert "appstore evidence add open-webui 0.11.4 --kind" in rejected.err

    warned = await terminal_of_demi.appstore("deploy", "open-webui", "--environment", "development")
    assert warned.code == 0, warned.said
    assert "Compliance allowed it at level lenient: 1 rule is not met" in warned.said

    evidence = tmp_path / "dpia.json"
    evidence.write_text(json.dumps(DPIA))
    added = await terminal_of_cato.appstore(
        "evidence", "add", "open-webui", "0.11.4", "--kind", "dpia", "--file", str(evidence)
    )
    assert added.code == 0, added.said

    deployed = await terminal_of_demi.appstore(*deploy)
    assert deployed.code == 0, deployed.said
    assert "open-webui runs: version 0.11.4 in acceptance" in deployed.out
