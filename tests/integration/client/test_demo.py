"""The demo as a process of its own, on a gateway from memory: it runs again and again, and ends by a step's name."""

import subprocess
import sys
from pathlib import Path

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


def test_the_demo_runs_again_and_again(gateway: Served, environment: dict[str, str]) -> None:
    """The first run is rejected for want of a DPIA, the second for its concept, and each ends with nothing left."""
    first, second = run_demo(environment), run_demo(environment)
    assert (first.returncode, second.returncode) == (0, 0), first.stdout + second.stdout
    assert "back to concept" not in first.stdout
    assert "back to concept" in second.stdout
    assert first.stdout.count("dpia-present says unknown") == 2
    assert second.stdout.count("dpia-present says fail") == 3
    ran = [one for one in gateway.fake.deployments.values() if one["status"] == "succeeded"]
    assert [one["removed"] for one in ran] == [True, True]


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
