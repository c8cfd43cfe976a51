"""The demo as a process of its own, on a gateway from memory: it runs again and again, and ends by a step's name."""

import subprocess
import sys
from pathlib import Path

from infra.local.demo.choose_app import SOURCE, dpia
from tests.integration.client.conftest import PATIENCE, Served

CHECKOUT = Path(__file__).resolve().parents[3]


def run_demo(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    return subprocess.run(
        [sys.executable, "-m", "infra.local.demo"],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


FINAL = {"value": {"status": "definitief"}, "source": {"uri": "https://intranet.example/dpia.pdf"}}


def gate_of(gateway: Served) -> str:
    """What the DPIA gate of the app that the demo shows says now."""
    card = gateway.fake.apps["undocumented"]["scorecard"]
    return str(card["criteria"]["dpia"]["results"][0]["verdict"])


def test_the_demo_runs_again_and_again(gateway: Served, environment: dict[str, str]) -> None:
    """Each run is rejected, deploys after all, removes it, and leaves the rejection for the next person."""
    first = run_demo(environment)
    assert first.returncode == 0, first.stdout
    assert "dpia-present says unknown" in first.stdout
    assert gate_of(gateway) == "fail"
    second = run_demo(environment)
    assert second.returncode == 0, second.stdout
    assert "dpia-present says fail" in second.stdout
    assert gate_of(gateway) == "fail"
    ran = [one for one in gateway.fake.deployments.values() if one["status"] == "succeeded"]
    assert [one["removed"] for one in ran] == [True, True]


def test_the_demo_closes_a_gate_that_a_stopped_run_left_open(gateway: Served, environment: dict[str, str]) -> None:
    """A final DPIA of the demo's own is brought back to concept first, and is a concept at the end."""
    gateway.fake.add_fact("undocumented", "dpia", dpia("definitief", SOURCE))
    ran = run_demo(environment)
    assert ran.returncode == 0, ran.stdout
    assert "An earlier run of this demo brought a final DPIA" in ran.stdout
    assert gate_of(gateway) == "fail"


def test_the_demo_ends_final_where_a_person_brought_a_final_dpia(gateway: Served, environment: dict[str, str]) -> None:
    """With a DPIA brought by hand the demo says so, shows the rejection, and ends final, time and again."""
    gateway.fake.add_fact("undocumented", "dpia", FINAL)
    for _ in range(2):
        ran = run_demo(environment)
        assert ran.returncode == 0, ran.stdout
        assert "Here somebody brought a final DPIA" in ran.stdout
        assert "dpia-present says fail" in ran.stdout
        assert gate_of(gateway) == "pass"


def test_the_demo_waits_for_apps_and_scores(gateway: Served, environment: dict[str, str]) -> None:
    """Right after a first start, with no app, one without a score, then one that does not fit, the demo waits."""
    gateway.fake.listed_at_first = [0, 1, 1, 1]
    gateway.fake.looks_unscored = 2
    ran = run_demo(environment)
    assert ran.returncode == 0, ran.stdout
    assert (gateway.fake.listed_at_first, gateway.fake.looks_unscored) == ([], 0)


def test_the_demo_ends_at_the_step_that_fails(gateway: Served, environment: dict[str, str]) -> None:
    """When the app does not run after all, the demo names the step and exits with 1."""
    gateway.fake.failures["undocumented"] = gateway.fake.failures["broken"]
    ran = run_demo(environment)
    assert ran.returncode == 1
    assert 'stopped at the step "Deploy it again' in ran.stdout
    assert "The image does not exist" in ran.stdout


def test_the_demo_says_when_no_app_fits(gateway: Served, environment: dict[str, str]) -> None:
    """Without an app that its DPIA alone blocks, the demo says so and exits with 1."""
    del gateway.fake.apps["undocumented"]
    ran = run_demo(environment)
    assert ran.returncode == 1
    assert "none of the 3 apps is blocked by its DPIA gate alone" in ran.stdout
    assert ran.stdout.endswith("Next: make down reset up\n")
