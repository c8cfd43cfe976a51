"""What `appstore` prints and how it exits, as a process that talks HTTP to a gateway."""

import json
import stat
from pathlib import Path

import pytest

from tests.integration.client.conftest import PASSWORD, Appstore, Served


def test_a_sign_in_is_kept_for_its_owner_alone(appstore: Appstore, tmp_path: Path) -> None:
    """After the code flow the tokens stand in a file of mode 0600 and commands use them."""
    kept = tmp_path / "appstore" / "tokens.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert appstore("whoami", "-o", "json").json["teams"][0]["slug"] == "team-data"


def test_a_device_sign_in_waits_for_the_person(anonymous: Appstore, gateway: Served) -> None:
    """The device flow shows the code, waits while the person has not approved, and then signs in."""
    gateway.fake.issuer.pending_polls = 2
    ran = anonymous("login")
    assert (ran.code, "WXYZ-1234" in ran.err) == (0, True)
    assert anonymous("whoami").code == 0


def test_a_wrong_password_is_not_allowed(anonymous: Appstore) -> None:
    """A wrong password exits 4 and keeps nothing."""
    ran = anonymous("login", "--username", "demi", "--password-stdin", typed="wrong\n")
    assert ran.code == 4
    assert "appstore login" in ran.err


def test_nobody_signed_in_is_told_to_sign_in(anonymous: Appstore) -> None:
    """Without a sign-in a command exits 4 and its error ends with the next command."""
    ran = anonymous("status")
    assert ran.code == 4
    assert ran.err.strip().endswith("appstore login")


def test_an_ended_token_is_renewed(appstore: Appstore, gateway: Served) -> None:
    """A token the API refuses is renewed once and the command succeeds."""
    gateway.fake.issuer.access.clear()
    assert appstore("apps").code == 0


def test_signing_out_forgets_the_tokens(appstore: Appstore) -> None:
    """After `logout` a command exits 4."""
    assert appstore("logout").code == 0
    assert appstore("whoami").code == 4


def test_json_is_the_apis_own(appstore: Appstore, gateway: Served) -> None:
    """`-o json` keeps what this client does not know, over every part of a list."""
    assert appstore("apps", "-o", "json").json == {"items": list(gateway.fake.apps.values()), "next": None}
    assert appstore("app", "show", "open", "-o", "json").json == gateway.fake.apps["open"]


def test_a_deployment_is_followed_to_its_end(appstore: Appstore) -> None:
    """`deploy` shows the steps of all services, exits 0 and tells what to do next."""
    ran = appstore("deploy", "open")
    assert ran.code == 0, ran.err
    assert [service for service in ("gateway", "compliance", "deployer") if service in ran.out] == [
        "gateway",
        "compliance",
        "deployer",
    ]
    assert "appstore timeline" in ran.out


def test_a_rejection_says_what_would_change_it(appstore: Appstore) -> None:
    """A rejected deploy exits 3 and names rule, verdict, law and remedy."""
    ran = appstore("deploy", "undocumented")
    assert ran.code == 3
    for words in ("dpia-present", "unknown", "GDPR article 35", "Add a final DPIA."):
        assert words in ran.err
    assert ran.err.strip().splitlines()[-1].startswith("Next: appstore evidence add")


def test_a_rejection_can_be_dutch(appstore: Appstore) -> None:
    """The same rejection in Dutch."""
    ran = appstore("deploy", "undocumented", APPSTORE_LANG="nl")
    assert "wat dit verandert: Add a final DPIA." in ran.err


def test_evidence_lets_the_same_command_succeed(appstore: Appstore, tmp_path: Path) -> None:
    """After `evidence add` the deploy that was rejected succeeds."""
    file = tmp_path / "dpia.yaml"
    file.write_text("status: definitief\nresidualRisk: laag\ndated: 2026-11-01\n")
    assert appstore("deploy", "undocumented").code == 3
    ran = appstore("evidence", "add", "undocumented", "1.0.0", "--kind", "dpia", "--file", str(file))
    assert ran.code == 0, ran.err
    assert "Next: appstore app show undocumented" in ran.out
    assert "appstore deploy" not in ran.out
    assert appstore("deploy", "undocumented").code == 0


@pytest.mark.parametrize(("language", "words"), [("en", "Look at messages"), ("nl", "Bekijk berichten")])
def test_the_help_of_an_operators_group_says_what_it_is_for(anonymous: Appstore, language: str, words: str) -> None:
    """`appstore held --help` begins with the sentence about the group, in the person's language."""
    ran = anonymous("held", "--help", APPSTORE_LANG=language)
    assert ran.code == 0, ran.err
    assert words in ran.out


def test_the_exit_code_says_whose_fault_it_is(appstore: Appstore, gateway: Served) -> None:
    """An app's failure is 6, an unknown app 5, another team's deployment 4, bad input 2, too slow 8."""
    gateway.fake.deployments["019ab000-0000-7000-8000-0000000000d9"] = {"team": {"id": "x", "slug": "team-web"}}
    assert appstore("deploy", "broken").code == 6
    assert appstore("app", "show", "nothing").code == 5
    assert appstore("status", "019ab000-0000-7000-8000-0000000000d9").code == 4
    assert appstore("review", "open", "--rating", "9", "--text", "x").code == 2
    assert appstore("deploy", "slow", "--timeout", "1").code == 8


def test_an_app_store_that_is_away_is_the_platforms_fault(appstore: Appstore) -> None:
    """An address where nobody listens exits 7 and says so."""
    ran = appstore("apps", APPSTORE_ADDRESS="http://127.0.0.1:9")
    assert ran.code == 7
    assert "127.0.0.1:9" in ran.err


def test_a_name_stands_for_a_deployment(appstore: Appstore) -> None:
    """A deployment's name works as its id; a name that two have lists both and exits 2."""
    appstore("deploy", "open", "--name", "mine")
    assert appstore("timeline", "mine", "-o", "json").json["items"][0]["event"] == "DeploymentRequested"
    appstore("deploy", "open", "--name", "mine")
    ran = appstore("remove", "mine")
    assert ran.code == 2
    assert ran.err.count("open 1.0.0") == 2


def test_a_name_means_what_stands(appstore: Appstore, gateway: Served) -> None:
    """After a rejection the name means the deployment that came to stand, and after its removal still that one."""
    appstore("deploy", "undocumented")
    assert appstore("timeline", "undocumented", "-o", "json").json["items"][-1]["event"] == "DeploymentRejected"
    gateway.fake.add_fact("undocumented", "dpia", {"value": {"status": "definitief"}})
    appstore("deploy", "undocumented")
    assert appstore("timeline", "undocumented", "-o", "json").json["items"][-1]["event"] == "DeploymentSucceeded"
    assert appstore("remove", "undocumented").code == 0
    assert appstore("timeline", "undocumented", "-o", "json").json["items"][-1]["event"] == "DeploymentRemoved"


def test_an_operation_has_a_timeline(appstore: Appstore) -> None:
    """`timeline` of an operation shows the events with its correlation id only."""
    operation = appstore("deploy", "open", "-o", "json").json
    entries = appstore("timeline", operation["id"], "-o", "json").json["items"]
    assert {entry["correlationId"] for entry in entries} == {operation["id"]}


def test_a_deployment_is_removed_and_reviewed(appstore: Appstore) -> None:
    """`review` and `remove` end with 0, and `status` shows the removal."""
    appstore("deploy", "open")
    assert appstore("review", "open", "--rating", "4", "--text", "It works.").code == 0
    assert appstore("remove", "open").code == 0
    assert appstore("status", "-o", "json").json["items"][0]["removed"] is True


def test_a_short_outage_is_ridden_out(appstore: Appstore, gateway: Served) -> None:
    """Two answers of 503 are not seen by the user, and the repeated request has the same key."""
    gateway.fake.unavailable = 2
    assert appstore("deploy", "open", "--no-wait").code == 0
    sent = [
        headers for method, path, headers in gateway.fake.requests if (method, path) == ("POST", "/api/v1/deployments")
    ]
    assert len(sent) == 3
    assert len({headers["idempotency-key"] for headers in sent}) == 1


def test_an_operators_command_says_where_it_lives(anonymous: Appstore) -> None:
    """An operator's command that nothing installed brings says in one sentence where it lives, and exits 2."""
    ran = anonymous("policy", "list")
    assert (ran.code, len(ran.err.strip().splitlines())) == (2, 1)
    assert "checkout of the platform" in ran.err


def test_a_mistyped_command_gets_a_suggestion(anonymous: Appstore) -> None:
    """`appstore deplyo` suggests `deploy`."""
    ran = anonymous("deplyo")
    assert (ran.code, "deploy" in ran.err) == (2, True)


def test_no_secret_is_printed(appstore: Appstore, gateway: Served, tmp_path: Path) -> None:
    """No command shows a token or the password, not even with a problem or in debugging."""
    kept = json.loads((tmp_path / "appstore" / "tokens.json").read_text())[gateway.address]["tokens"]
    secrets = (kept["access"], kept["refresh"], PASSWORD)
    for arguments in (["whoami"], ["deploy", "broken"], ["app", "show", "nothing", "-o", "json"], ["logout"]):
        ran = appstore(*arguments, APPSTORE_DEBUG="1")
        assert not any(secret in ran.out + ran.err for secret in secrets)
