"""Who looks for a behaviour finds it in two guesses: the service, then the file named after it.

A row is held once its service has its table (handlers.py); rows of services that are still to come wait. The page
docs/architecture.md shows the same list to people.
"""

from pathlib import Path

from tests.architecture.source import ROOT

SECOND_GUESS = {
    "rejected by a policy": "services/compliance/usecases/decide_deployment.py",
    "how strictly an environment is judged": "services/compliance/domain/known_cluster.py",
    "evidence changes a verdict": "services/compliance/usecases/record_evidence.py",
    "evidence expires": "services/compliance/usecases/expire_evidence.py",
    "an edited rule scores every app again": "services/compliance/usecases/rescore_everything.py",
    "an app's folder appeared or changed": "services/catalog/usecases/publish_changes.py",
    "nobody decided in time": "services/deployer/usecases/close_undecided.py",
    "a failed upgrade rolls back": "services/deployer/usecases/roll_back_failed_upgrade.py",
    "a version that failed stays out": "services/deployer/usecases/keep_out_quarantined.py",
    "why a deployment is not healthy": "services/deployer/domain/doctor/findings.py",
    "somebody takes a request back": "services/deployer/usecases/cancel_deployment.py",
    "what a request becomes, or why it can't be built": "services/deployer/domain/plan.py",
    "a deployment comes nearer to what was asked": "services/deployer/usecases/reconcile_deployment.py",
    "a review with proof of use": "services/community/usecases/publish_review.py",
    "same key, other body": "services/gateway/accept/idempotency.py",
    "a change loses nothing of another": "services/gateway/accept/change.py",
    "what a change builds on": "services/gateway/accept/base.py",
    "who may do what": "services/gateway/identity/permissions.py",
    "which code has which status": "services/gateway/api/problems.py",
    "a message that can't be handled": "chassis/held.py",
    "a message about something unheard of": "chassis/waiting.py",
    "a repeat has no effect": "chassis/cursor.py",
    "a lost log is filled again": "chassis/relay.py",
}


def missing(root: Path, guesses: dict[str, str]) -> list[str]:
    """The behaviours whose file is not where people look for it."""
    return [
        f"{behaviour}: {path}"
        for behaviour, path in guesses.items()
        if _service_stands(root, path) and not (root / path).is_file()
    ]


def _service_stands(root: Path, path: str) -> bool:
    parts = path.split("/")
    return parts[0] != "services" or (root / "services" / parts[1] / "handlers.py").exists()


def test_the_second_guess_is_the_file() -> None:
    """Each behaviour that exists so far is in the file that the list names."""
    assert missing(ROOT, SECOND_GUESS) == []


def test_the_page_for_people_shows_the_same_list() -> None:
    """docs/architecture.md names each behaviour and its file."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    assert [guess for guess in SECOND_GUESS.items() if not all(part in page for part in guess)] == []


def test_a_behaviour_that_moved_is_caught(tmp_path: Path) -> None:
    """The rule sees a file that is gone, and waits for a service that is still to come."""
    (tmp_path / "services" / "catalog").mkdir(parents=True)
    guess = {"an app appears": "services/catalog/usecases/publish_app.py"}
    assert missing(tmp_path, guess) == []
    (tmp_path / "services" / "catalog" / "handlers.py").touch()
    assert missing(tmp_path, guess) == ["an app appears: services/catalog/usecases/publish_app.py"]
