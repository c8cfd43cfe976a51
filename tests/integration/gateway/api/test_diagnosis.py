"""What the API says of a deployment that does not get healthy, and of the versions that are kept out of it."""

from datetime import UTC, datetime

from contracts.deployments.events import DeploymentFailed, DeploymentProgressed
from contracts.deployments.health import DeploymentDegraded, DeploymentRecovered
from contracts.deployments.reasons import Cause, Fault, Step
from tests.fakes import gateway_changes as changes
from tests.fakes import gateway_events as told
from tests.fakes.gateway_life import Life

CRASH: dict[str, str | int | float | bool] = {
    "container": "web",
    "exitCode": 1,
    "restarts": 3,
    "lastLine": "no",
    "log": "starting\nno",
}


def trouble() -> DeploymentProgressed:
    """Something that may become a failure."""
    return DeploymentProgressed(
        **told.SUBJECT,
        revision=2,
        step=Step.TROUBLE_SEEN,
        cause=Cause.CRASH_LOOP,
        fault=Fault.APP,
        params={**CRASH, "restarts": 1},
    )


async def diagnosis(life: Life, language: str = "en") -> dict[str, object]:
    """The doctor's answer."""
    answer = await life.client.get(f"{life.address}/diagnosis", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_a_healthy_deployment_has_no_finding(life: Life) -> None:
    """It is as it was asked."""
    found = await diagnosis(life)
    assert (found["healthy"], found["status"], found["finding"], found["quarantine"]) == (True, "succeeded", None, [])


async def test_trouble_is_told_before_it_is_certain(life: Life) -> None:
    """While it is under way the finding says that it may still pass; the timeline says it in words."""
    await life.change(version="2.0")
    await life.hear((told.approved(), 2), (told.started(2), 2), (trouble(), 2))
    found = await diagnosis(life)
    finding = found["finding"]
    assert isinstance(finding, dict)
    assert (found["healthy"], found["status"], finding["cause"], finding["certain"]) == (
        False,
        "running",
        "crash-loop",
        False,
    )
    entries = (await life.client.get(f"{life.address}/timeline")).json()["items"]
    assert "Something goes wrong: The app keeps stopping after its start" in {one["sentence"] for one in entries}
    await life.hear((told.succeeded(2), 2))
    assert (await life.shown())["trouble"] is None


async def test_a_failure_is_told_with_evidence_in_both_languages(life: Life) -> None:
    """The title, why, the evidence by name, the last lines, whose fault it is, and what to do."""
    await life.change(version="2.0")
    failed = DeploymentFailed(**told.SUBJECT, revision=2, cause=Cause.CRASH_LOOP, fault=Fault.APP, params=CRASH)
    await life.hear((told.approved(), 2), (told.started(2), 2), (failed, 2))
    for language, title, whose, evidence in (
        ("en", "The app keeps stopping after its start", "It is the app.", ("Exit code", "1")),
        ("nl", "De app stopt steeds na de start", "Het ligt aan de app.", ("Code bij stoppen", "1")),
    ):
        finding = (await diagnosis(life, language))["finding"]
        assert isinstance(finding, dict)
        assert (finding["title"], finding["whose"], finding["certain"]) == (title, whose, True)
        assert evidence in {(one["name"], one["value"]) for one in finding["evidence"]}
        assert (finding["log"], finding["fault"]) == (["starting", "no"], "app")
        assert finding["why"]
        assert finding["next"]


async def test_what_is_kept_out_is_shown_until_something_newer_is_healthy(life: Life) -> None:
    """A failed upgrade that went back names its version; asked for by name it is let in."""
    failed = {"version": "2.0"}
    await life.change(version="2.0")
    begun, back = (event.model_copy(update=failed) for event in (changes.rollback_started(), changes.rolled_back()))
    await life.hear((told.approved(), 2), (told.started(2).model_copy(update=failed), 2), (begun, 2), (back, 2))
    found, shown = await diagnosis(life), await life.shown()
    assert found["status"] == "rolled-back"
    assert shown["quarantine"] == found["quarantine"]
    kept_out = shown["quarantine"]
    assert [(one["version"], one["revision"], one["cause"], one["title"]) for one in kept_out] == [
        ("2.0", 2, "image-not-found", "The image can not be pulled")
    ]
    await life.change(version="2.0")
    await life.hear((told.approved(), 3), (told.started(3).model_copy(update=failed), 3))
    assert (await life.shown())["quarantine"] == []


async def test_what_goes_wrong_after_it_succeeded_is_told_until_it_is_well(life: Life) -> None:
    """The request stays succeeded, and the deployment is not healthy; the timeline has both changes, once each."""
    since = datetime(2026, 3, 2, 9, tzinfo=UTC)
    fallen = DeploymentDegraded(
        **told.SUBJECT, revision=1, cause=Cause.CRASH_LOOP, fault=Fault.APP, params=CRASH, since=since
    )
    await life.hear((fallen, 1))
    found = await diagnosis(life)
    finding = found["finding"]
    assert isinstance(finding, dict)
    assert (found["healthy"], found["status"], finding["cause"], finding["certain"], finding["log"]) == (
        False,
        "succeeded",
        "crash-loop",
        True,
        ["starting", "no"],
    )
    await life.hear((DeploymentRecovered(**told.SUBJECT, revision=1, since=since), 1))
    assert (await diagnosis(life))["healthy"]
    entries = (await life.client.get(f"{life.address}/timeline")).json()["items"]
    said = [one["sentence"] for one in entries]
    assert "Not healthy any more: The app keeps stopping after its start" in said
    assert "Healthy again. All pods are ready and stayed so" in said


async def test_a_warning_of_the_cluster_is_shown_when_all_is_well(life: Life) -> None:
    """It outlives the rollout in which it was told, and goes with the next one."""
    params: dict[str, str | int | float | bool] = {
        "api": "policy/v1beta1",
        "kind": "PodDisruptionBudget",
        "name": "open",
        "message": "it is deprecated",
    }
    step = trouble().model_copy(
        update={"cause": Cause.API_DEPRECATED, "fault": Fault.PLATFORM, "params": params, "revision": 2}
    )
    await life.change(version="2.0")
    await life.hear((told.approved(), 2), (told.started(2), 2), (step, 2))
    assert (await diagnosis(life))["finding"] is None
    await life.hear((told.succeeded(2), 2))
    found = await diagnosis(life, "nl")
    assert found["healthy"]
    warnings = found["warnings"]
    assert isinstance(warnings, list)
    assert [(one["title"], one["fault"]) for one in warnings] == [
        ("Het cluster waarschuwt voor een oude API-versie", "platform")
    ]
    await life.change(version="3.0")
    await life.hear((told.approved(), 3), (told.started(3), 3))
    assert (await diagnosis(life))["warnings"] == []


async def test_only_the_team_reads_it(life: Life) -> None:
    """As with the deployment itself, an unknown one is not found."""
    answer = await life.client.get("/deployments/019abf00-0000-7000-8000-00000000dead/diagnosis")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-deployment")
