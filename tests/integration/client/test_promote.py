"""`promote` takes what runs to another environment: exactly that, after showing it, and without secrets."""

from pathlib import Path

import pytest

from tests.integration.client.conftest import Appstore, Served

PROMOTE = ("promote", "open", "--to", "production")


def changed(gateway: Served) -> list[str]:
    """How often something was asked, and how."""
    return [one.method for one in gateway.fake.received if "/api/v1/" in one.url]


def test_what_ran_is_promoted(living: Appstore, gateway: Served) -> None:
    """Not what was asked last and went back: the version, the settings and the pods of the revision that runs."""
    gateway.fake.broken.add("2.0.0")
    assert living("upgrade", "open", "--version", "2.0.0", "--set", "workers=9").code == 9
    ran = living(*PROMOTE, "--yes")
    assert ran.code == 0, ran.err
    assert "version: - → 1.0.0" in ran.out
    assert gateway.fake.bodies[-1] == {
        "app": "open",
        "version": "1.0.0",
        "environment": "production",
        "team": "team-data",
        "name": "open",
        "parameters": {"log-level": "info"},
        "replicas": 2,
    }


def test_another_level_is_said_before_anything_is_asked(living: Appstore) -> None:
    """Whoever promotes reads first that the target is judged otherwise; between equals nothing is said of it."""
    ran = living(*PROMOTE, "--dry-run")
    assert "Compliance judges production at level strict, and test at lenient" in ran.out
    assert living(*PROMOTE, "--dry-run", "-o", "json").json["policyLevels"] == {
        "test": "lenient",
        "production": "strict",
    }
    assert "op niveau streng" in living(*PROMOTE, "--dry-run", APPSTORE_LANG="nl").out


def test_between_equals_no_level_is_said(living: Appstore, gateway: Served) -> None:
    """A target that is judged alike needs no word about it."""
    gateway.fake.levels["test"] = "strict"
    assert "Compliance judges" not in living(*PROMOTE, "--dry-run").out


def test_environments_say_how_strictly_they_are_judged(living: Appstore) -> None:
    """`appstore environments` names each with its level and cluster, as a table or as the API's own JSON."""
    rows = [line.split() for line in living("environments").out.splitlines()]
    assert ["test", "lenient", "sandbox", "(simulated)", "-"] in rows
    assert living("environments", "-o", "json").json["items"][1]["policyLevel"] == "strict"


def test_promoting_again_asks_nothing(living: Appstore, gateway: Served) -> None:
    """What is like that already exits 0; what changed since is shown and asked whole, of the one that stands there."""
    assert living(*PROMOTE, "--yes").code == 0
    before = len(changed(gateway))
    again = living(*PROMOTE, "--yes")
    assert (again.code, len(changed(gateway))) == (0, before)
    assert "Nothing is asked" in again.out
    assert living("configure", next(iter(gateway.fake.deployments)), "log-level=debug").code == 0
    ran = living(*PROMOTE, "--yes")
    assert ran.code == 0, ran.err
    assert "parameters.log-level: info → debug" in ran.out
    assert changed(gateway)[-1] == "PUT"


def test_secrets_are_not_copied(living: Appstore, gateway: Served, tmp_path: Path) -> None:
    """Which ones must be given is said; once given there, they stay there."""
    token = tmp_path / "token"
    token.write_text("hunter2")
    assert living("configure", "open", "--secret-from-file", f"token={token}").code == 0
    before = len(changed(gateway))
    refused = living(*PROMOTE, "--yes")
    assert (refused.code, len(changed(gateway))) == (2, before)
    assert "Give them with --secret: token." in refused.err
    assert living(*PROMOTE, "--yes", "--secret-from-file", f"token={token}").code == 0
    assert gateway.fake.bodies[-1]["secrets"] == {"token": "hunter2"}
    assert living("scale", next(iter(gateway.fake.deployments)), "4").code == 0
    assert living(*PROMOTE, "--yes").code == 0
    assert gateway.fake.bodies[-1]["secrets"] == {"token": None}


def test_it_is_shown_first(living: Appstore, anonymous: Appstore, gateway: Served) -> None:
    """A dry run asks nothing, and neither does whoever says no."""
    before = len(changed(gateway))
    dry = living(*PROMOTE, "--dry-run")
    assert (dry.code, "Nothing was asked." in dry.out) == (0, True)
    assert living(*PROMOTE, "--dry-run", "-o", "json").json["items"][0]["action"] == "create"
    stopped = anonymous(*PROMOTE, typed="n\n")
    assert stopped.code == 2
    assert "Ask this for production?" in stopped.err
    assert len(changed(gateway)) == before


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("promote open --to test --from test", 2, "It is in test already."),
        ("promote open --to production --from acceptance", 5, "no deployment with the name open"),
        ("promote nothing --to production", 5, "no deployment with the name nothing"),
    ],
)
def test_what_can_not_be_promoted_is_told(living: Appstore, typed: str, code: int, said: str) -> None:
    """Where it is already, and what is not there."""
    ran = living(*typed.split(), "--yes")
    assert (ran.code, said in ran.err) == (code, True), ran.err


def test_nothing_runs_so_nothing_is_promoted(living: Appstore, gateway: Served) -> None:
    """A deployment that never became healthy has nothing to take along."""
    for deployed in gateway.fake.deployments.values():
        deployed["running"] = None
    assert "Nothing of open runs." in living(*PROMOTE, "--yes").err
