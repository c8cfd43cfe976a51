"""Files that declare deployments are read whole, bounded, and with every mistake at its line."""

from pathlib import Path

import pytest
from appstore_client.declared.declaration import Place
from appstore_client.declared.files import MOST_DECLARED, MOST_FILES, read_files, read_text
from appstore_client.declared.yaml_documents import DEEPEST, LARGEST_FILE, MOST_DOCUMENTS

WHOLE = """\
# a comment
apiVersion: appstore.nl/v1
kind: Deployment
metadata:
  name: papers
spec:
  app: qdrant
  version: 1.10
  environment: test
  team: team-data
  parameters:
    workers: 4
    debug: true
    note: |
      two
      lines
  secrets:
    token: {fromEnv: PAPERS_TOKEN}
    key: {fromFile: key.txt}
  replicas: 2
"""
LEAST = (
    "{apiVersion: appstore.nl/v1, kind: Deployment, metadata: {name: a}, "
    "spec: {app: a, version: '1', environment: test}}"
)


def test_a_declaration_is_read_as_it_is_written() -> None:
    """A version is text, also when it looks like a number, and so is a setting; each field knows its line."""
    reading = read_text(WHOLE, "papers.yaml")
    assert reading.mistakes == []
    (one,) = reading.declared
    assert (one.name, one.app, one.version, one.environment, one.team) == (
        "papers",
        "qdrant",
        "1.10",
        "test",
        "team-data",
    )
    assert one.parameters == {"workers": "4", "debug": "true", "note": "two\nlines\n"}
    assert (one.secrets["token"].variable, one.secrets["key"].file) == ("PAPERS_TOKEN", "key.txt")
    assert one.replicas == 2
    assert one.place == Place("papers.yaml", 2)
    assert one.place_of("parameters.debug") == Place("papers.yaml", 13)
    assert one.place_of("parameters.unheard") == Place("papers.yaml", 12)
    assert one.place_of("unheard") == one.place


def test_several_documents_stand_in_a_file() -> None:
    """Each between two marks; what is empty is none."""
    reading = read_text(f"---\n---\n{WHOLE}---\n{LEAST}\n---\n", "x.yaml")
    assert [one.name for one in reading.declared] == ["papers", "a"]
    assert [one.place.line for one in reading.declared] == [4, 24]


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "code"),
    [
        ("appstore.nl/v1", "appstore.nl/v2", 2, "apiVersion", "must-be"),
        ("kind: Deployment\n", "", 2, "kind", "missing"),
        ("kind: Deployment", "kind: Deployment\nkind: Deployment", 4, "kind", "twice"),
        ("name: papers", "name: Papers", 5, "metadata.name", "not-an-app-name"),
        ("name: papers", "labels: {}", 5, "metadata.labels", "unknown-field"),
        ("app: qdrant", "app: [qdrant]", 7, "spec.app", "not-a-text"),
        ("app: qdrant", "app:", 7, "spec.app", "empty"),
        ("app: qdrant", "app: !!binary cWRyYW50", 7, "spec.app", "tag"),
        ("app: qdrant", "app: !x qdrant", 7, "spec.app", "tag"),
        ("version: 1.10", "version: 1 10", 8, "spec.version", "not-a-version"),
        ("environment: test", "environment: te/st", 9, "spec.environment", "not-a-label"),
        ("environment: test", "enviroment: test", 9, "spec.enviroment", "unknown-field"),
        ("workers: 4", "Workers: 4", 12, "spec.parameters.Workers", "not-a-label"),
        ("workers: 4", "workers: {a: 4}", 12, "spec.parameters.workers", "not-a-text"),
        ("workers: 4", "? [a]\n    : 4", 12, "spec.parameters", "not-a-name"),
        ("workers: 4", "token: 4", 18, "spec.secrets.token", "twice"),
        ("workers: 4", f"workers: {'4' * 4097}", 12, "spec.parameters.workers", "too-long"),
        ("{fromEnv: PAPERS_TOKEN}", "hunter2", 18, "spec.secrets.token", "secret-value"),
        ("{fromEnv: PAPERS_TOKEN}", "{value: hunter2}", 18, "spec.secrets.token.value", "unknown-field"),
        ("{fromEnv: PAPERS_TOKEN}", "{fromEnv: A, fromFile: b}", 18, "spec.secrets.token", "secret-source"),
        ("{fromEnv: PAPERS_TOKEN}", "{fromEnv: A B}", 18, "spec.secrets.token.fromEnv", "not-a-variable"),
        ("{fromFile: key.txt}", "{fromFile: ''}", 19, "spec.secrets.key.fromFile", "too-long"),
        ("replicas: 2", "replicas: 21", 20, "spec.replicas", "not-a-number"),
        ("replicas: 2", "replicas: -1", 20, "spec.replicas", "not-a-number"),
        ("replicas: 2", "replicas: 2.5", 20, "spec.replicas", "not-a-number"),
        ("replicas: 2", "replicas: 2\n  <<: {app: b}", 21, "spec.<<", "unknown-field"),
        ("  team: team-data", " team: team-data", 10, "", "yaml"),
        ("note: |", "note: \x07", 14, "", "yaml"),
        ("app: qdrant", "app: &a qdrant\n  team: *a", 8, "", "alias"),
    ],
)
def test_a_mistake_has_its_line_and_field(old: str, new: str, line: int, field: str, code: str) -> None:
    """One wrong thing is told where it stands, and never with the value of a secret."""
    assert old in WHOLE
    reading = read_text(WHOLE.replace(old, new, 1), "papers.yaml")
    found = [(one.place, one.field_name, one.code) for one in reading.mistakes]
    assert (Place("papers.yaml", line), field, code) in found
    assert reading.declared == []
    assert "hunter2" not in str(reading.mistakes)


def test_what_is_no_declaration_is_told() -> None:
    """A list, a text and a number are no documents of ours."""
    for text in ("[1, 2]", "hello", "42"):
        assert "not-a-mapping" in {one.code for one in read_text(text, "x.yaml").mistakes}


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """In every document of every file, also when another can not be read at all."""
    (tmp_path / "a.yaml").write_text(WHOLE.replace("replicas: 2", "replicas: x").replace("app: qdrant", "app: A"))
    (tmp_path / "b.yml").write_text("a: [")
    (tmp_path / "c.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / ".hidden.yaml").write_text("a: [")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "d.yaml").write_text(LEAST.replace("Deployment", "Other"))
    found = [(Path(one.place.file).name, one.code) for one in read_files([tmp_path, tmp_path / "none.yaml"]).mistakes]
    assert sorted(found) == [
        ("a.yaml", "not-a-number"),
        ("a.yaml", "not-an-app-name"),
        ("b.yml", "yaml"),
        ("c.yaml", "not-utf-8"),
        ("d.yaml", "must-be"),
        ("none.yaml", "unreadable"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "too-deep"),
        ("[" * 100_000, "too-deep"),
        ("--- {}\n" * (MOST_DOCUMENTS + 1), "too-many-documents"),
    ],
)
def test_a_file_is_bounded(text: str, code: str) -> None:
    """What is deeper or more than anybody declares is refused before it is built."""
    assert [one.code for one in read_text(text, "x.yaml").mistakes] == [code]


def test_parameters_are_bounded() -> None:
    """As many as the API takes, and no more."""
    many = "".join(f"    p{number}: x\n" for number in range(33))
    reading = read_text(WHOLE.replace("    workers: 4\n", many), "x.yaml")
    assert [(one.field_name, one.code) for one in reading.mistakes] == [("spec.parameters", "too-many")]


def test_files_are_bounded(tmp_path: Path) -> None:
    """In size and in number, and so are the deployments in all of them; a folder without any is a mistake."""
    empty = tmp_path / "empty"
    empty.mkdir()
    assert [one.code for one in read_files([empty]).mistakes] == ["nothing-declared"]
    (tmp_path / "large.yaml").write_text("#" * (LARGEST_FILE + 1))
    assert [one.code for one in read_files([tmp_path / "large.yaml"]).mistakes] == ["too-large"]
    for number in range(MOST_FILES + 1):
        (empty / f"{number}.yaml").touch()
    assert [one.code for one in read_files([empty]).mistakes] == ["too-many-files"]
    many = tmp_path / "many"
    many.mkdir()
    for number in range(MOST_DECLARED // 100 + 1):
        (many / f"{number}.yaml").write_text(f"---\n{LEAST}\n" * 100)
    assert [one.code for one in read_files([many]).mistakes] == ["too-many-declared"]
