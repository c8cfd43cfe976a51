"""`apply`, `diff` and `export` against a gateway: what they ask, what they say and how they exit."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.client.conftest import Appstore, Served

Write = Callable[..., Path]
FIELDS = "  app: open\n  version: 1.0.0\n  environment: test\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes declared deployments into one folder, a file each."""
    folder = tmp_path / "declared"
    folder.mkdir()

    def write_one(name: str, more: str = "", fields: str = FIELDS) -> Path:
        text = f"apiVersion: appstore.nl/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n{fields}{more}"
        (folder / f"{name}.yaml").write_text(text)
        return folder

    return write_one


def sent(gateway: Served) -> list[tuple[str, str]]:
    """What changed something, in order."""
    return [(method, path.rsplit("/", 1)[-1]) for method, path, _ in gateway.fake.requests if method != "GET"]


def test_applying_twice_asks_once(living: Appstore, gateway: Served, write: Write) -> None:
    """What is declared is asked whole; the second time nothing is asked, and the command says so."""
    folder = str(write("papers", "  parameters:\n    workers: 2\n  replicas: 3\n"))
    first = living("apply", "-f", folder, "--source", "data/deployments", "--wait")
    assert (first.code, first.err) == (0, ""), first.err
    assert gateway.fake.bodies[-1] == {
        "app": "open",
        "version": "1.0.0",
        "environment": "test",
        "team": "team-data",
        "name": "papers",
        "parameters": {"workers": "2"},
        "replicas": 3,
        "declaredBy": "data/deployments",
    }
    before = len(sent(gateway))
    again = living("apply", "-f", folder, "--source", "data/deployments")
    assert again.code == 0
    assert "As declared already: 1." in again.out
    assert "Nothing is asked" in again.out
    assert len(sent(gateway)) == before


def test_a_changed_file_is_asked_whole(living: Appstore, gateway: Served, write: Write) -> None:
    """A field that is gone goes back to the version's own value, and the table says what becomes otherwise."""
    folder = str(write("papers", "  parameters:\n    workers: 2\n    log-level: debug\n"))
    assert living("apply", "-f", folder, "--wait").code == 0
    write("papers", "  parameters:\n    workers: 4\n")
    ran = living("apply", "-f", folder, "--wait")
    assert ran.code == 0, ran.err
    assert "parameters.workers: 2 → 4" in ran.out
    assert gateway.fake.bodies[-1] == {"version": "1.0.0", "parameters": {"workers": "4"}, "secrets": {}}


def test_a_dry_run_asks_nothing(living: Appstore, gateway: Served, write: Write) -> None:
    """It shows what would be asked, for people and for programs."""
    folder = str(write("papers"))
    before = len(sent(gateway))
    assert "create" in living("apply", "-f", folder, "--dry-run").out
    told = living("apply", "-f", folder, "--dry-run", "-o", "json").json["items"]
    assert [(one["action"], one["name"]) for one in told] == [("create", "papers")]
    assert len(sent(gateway)) == before


def test_prune_takes_away_what_the_source_no_longer_declares(living: Appstore, gateway: Served, write: Write) -> None:
    """Only what the same source declared: what somebody asked by hand, and what another source declares, stays."""
    folder, mine = write("papers"), ("--source", "data/deployments")
    write("notes")
    assert living("apply", "-f", str(folder), *mine, "--wait").code == 0
    (folder / "notes.yaml").unlink()
    assert living("apply", "-f", str(folder), *mine, "--prune", "--dry-run").out.count("remove") == 1
    assert living("apply", "-f", str(folder), "--source", "other", "--prune", "--yes", "--take-over").code == 0
    assert sent(gateway)[-1][0] == "PUT"
    assert living("apply", "-f", str(folder), *mine, "--prune", "--yes", "--take-over", "--wait").code == 0
    assert sent(gateway)[-1][0] == "DELETE"
    left = {one["name"] for one in gateway.fake.deployments.values() if not one["removed"]}
    assert left == {"open", "papers"}


def test_prune_asks_first(living: Appstore, anonymous: Appstore, gateway: Served, write: Write) -> None:
    """Whoever does not confirm asks nothing at all."""
    folder, mine = write("papers"), ("--source", "data/deployments")
    write("notes")
    assert living("apply", "-f", str(folder), *mine, "--wait").code == 0
    (folder / "notes.yaml").unlink()
    write("papers", "  replicas: 2\n")
    before = len(sent(gateway))
    ran = anonymous("apply", "-f", str(folder), *mine, "--prune", typed="n\n")
    assert ran.code == 2
    assert "Remove notes?" in ran.err
    assert len(sent(gateway)) == before
    assert living("apply", "-f", str(folder), "--prune").code == 2


def test_what_another_source_declares_is_left_alone(living: Appstore, gateway: Served, write: Write) -> None:
    """Two sources that declare the same thing would undo each other: the second is told."""
    folder = str(write("papers"))
    assert living("apply", "-f", folder, "--source", "one", "--wait").code == 0
    before = len(sent(gateway))
    ran = living("apply", "-f", folder, "--source", "two")
    assert (ran.code, len(sent(gateway))) == (2, before)
    assert "papers.yaml:1: metadata.name: Another source declares this: one." in ran.err


def test_every_mistake_is_told_at_once(living: Appstore, gateway: Served, write: Write) -> None:
    """Each with file, line and field, in the reader's language, and nothing is asked."""
    folder = str(write("papers", "  replicas: many\n  secrets:\n    token: hunter2\n"))
    write("notes", "  colour: red\n", "  app: open\n")
    before = len(sent(gateway))
    ran = living("apply", "-f", folder)
    assert (ran.code, len(sent(gateway))) == (2, before)
    for words in (
        "papers.yaml:9: spec.replicas: Give a whole number from 0 to 20.",
        "papers.yaml:11: spec.secrets.token: Never write a secret's value",
        "notes.yaml:7: spec.colour: This field does not exist.",
        "notes.yaml:6: spec.version: This field is missing.",
    ):
        assert words in ran.err
    assert "hunter2" not in ran.err
    assert "Schrijf de waarde van een geheim nooit" in living("apply", "-f", folder, APPSTORE_LANG="nl").err
    told = living("apply", "-f", folder, "-o", "json").json["mistakes"]
    assert {one["code"] for one in told} == {"not-a-number", "secret-value", "unknown-field", "missing"}


def test_a_secret_is_given_once(
    living: Appstore, gateway: Served, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its value comes from the environment; what was given stays until somebody says otherwise."""
    folder = str(write("papers", "  secrets:\n    token: {fromEnv: PAPERS_TOKEN}\n"))
    missing = living("apply", "-f", folder)
    assert (missing.code, "PAPERS_TOKEN is not there" in missing.err) == (2, True)
    monkeypatch.setenv("PAPERS_TOKEN", "hunter2")
    ran = living("apply", "-f", folder, "--wait")
    assert ran.code == 0, ran.err
    assert gateway.fake.bodies[-1]["secrets"] == {"token": "hunter2"}
    assert "hunter2" not in ran.out + ran.err
    monkeypatch.delenv("PAPERS_TOKEN")
    assert "Nothing is asked" in living("apply", "-f", folder).out
    write("papers", "  secrets:\n    token: {fromEnv: PAPERS_TOKEN}\n  replicas: 2\n")
    assert living("apply", "-f", folder, "--wait").code == 0
    assert gateway.fake.bodies[-1]["secrets"] == {"token": None}


def test_what_failed_is_not_asked_again_by_itself(living: Appstore, gateway: Served, write: Write) -> None:
    """A version that went back is asked once more only with --retry; until then the command does not end with 0."""
    folder = str(write("papers"))
    assert living("apply", "-f", folder, "--wait").code == 0
    gateway.fake.broken.add("2.0.0")
    write("papers", "", FIELDS.replace("1.0.0", "2.0.0"))
    failed = living("apply", "-f", folder, "--wait")
    assert (failed.code, "The image does not exist" in failed.out) == (9, True)
    before = len(sent(gateway))
    again = living("apply", "-f", folder)
    assert (again.code, len(sent(gateway))) == (9, before)
    assert "Use --retry" in again.out
    assert living("apply", "-f", folder, "--retry", "--wait").code == 9
    assert len(sent(gateway)) == before + 1


def test_diff_shows_what_differs(living: Appstore, write: Write) -> None:
    """Declared, asked and running side by side, and exit code 1; 0 and a sentence when nothing does."""
    folder = str(write("papers", "  replicas: 2\n"))
    assert living("diff", "-f", folder).code == 1
    assert living("apply", "-f", folder, "--wait").code == 0
    same = living("diff", "-f", folder)
    assert (same.code, same.out) == (0, "Nothing differs.\n")
    assert living("scale", "papers", "3").code == 0
    ran = living("diff", "-f", folder)
    assert ran.code == 1
    assert ["papers", "test", "replicas", "2", "3", "3"] in [line.split() for line in ran.out.splitlines()]
    fields = living("diff", "-f", folder, "-o", "json").json["items"][0]["fields"]
    assert fields == [{"field": "replicas", "declared": "2", "asked": "3", "running": "3"}]


def test_applying_an_export_changes_nothing(
    living: Appstore, gateway: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written declares what is asked now, secrets and all."""
    monkeypatch.setenv("TOKEN", "hunter2")
    (tmp_path / "token").write_text("hunter2")
    odd = "two\nlines: 1.10 # no"
    asked = ("deploy", "open", "--name", "odd", "--set", f"note={odd}", "--set", "version=1.10")
    assert living(*asked, "--secret-from-file", f"token={tmp_path / 'token'}").code == 0
    exported = living("export")
    assert exported.code == 0
    assert "hunter2" not in exported.out
    file = tmp_path / "exported.yaml"
    file.write_text(exported.out)
    before = len(sent(gateway))
    ran = living("apply", "-f", str(file))
    assert (ran.code, len(sent(gateway))) == (0, before), ran.err
    assert "As declared already: 2." in ran.out
    assert living("diff", "-f", str(file)).code == 0
    assert living("export", "odd").out.count("kind: Deployment") == 1


def test_what_the_platform_refuses_is_told_at_its_line(living: Appstore, gateway: Served, write: Write) -> None:
    """One that is refused does not keep the others from being asked, but nothing is taken away then."""
    folder = write("papers")
    write("gone")
    assert living("apply", "-f", str(folder), "--source", "mine", "--wait").code == 0
    (folder / "gone.yaml").unlink()
    write("strange", "", FIELDS.replace("app: open", "app: nowhere"))
    write("papers", "  replicas: 2\n")
    ran = living("apply", "-f", str(folder), "--source", "mine", "--prune", "--yes", "--wait")
    assert ran.code == 5
    assert "strange.yaml:1: unknown-app" in ran.err
    assert [method for method, _ in sent(gateway)][-2:].count("PUT") == 1
    assert "DELETE" not in {method for method, _ in sent(gateway)}
