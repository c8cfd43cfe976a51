"""The exported contracts are those of the code, and no change of the code forgets what an old log holds."""

import json
import shutil
from pathlib import Path
from typing import Any, ClassVar

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from contracts import topics
from contracts.deployments.reasons import ClosedOutcome
from contracts.envelope import Context
from contracts.identifiers import AppId, DeploymentId, VersionTag
from contracts.messages import all_messages
from contracts.payload import Payload
from infra.export.__main__ import ROOT, main
from infra.export.compatibility import broken_by, lost
from infra.export.examples import example_of, kept_examples, new_examples
from infra.export.readme import NoMarkError, replaced
from infra.export.sample import NoSampleError, sample
from infra.export.schemas import all_schemas, envelope_schema

EXAMPLES = ROOT / "contracts" / "export" / "examples"
KEPT = [(name, example) for name, found in kept_examples(EXAMPLES).items() for _, example in found]


class VisitorGreeted(Payload, family=True):
    """A message as it was: the tests below change it."""

    topic = topics.REVIEWS

    review: DeploymentId
    app: AppId
    version: VersionTag = "1.0"
    outcome: ClosedOutcome | None = None


def copy_of_the_checkout(into: Path) -> Path:
    """A folder with the contracts and the services, to change at will."""
    for folder in ("contracts", "services"):
        shutil.copytree(ROOT / folder, into / folder, ignore=shutil.ignore_patterns("__pycache__", "web", "apps"))
    return into


def test_the_export_is_up_to_date() -> None:
    """What stands in contracts/export is what the code would write today."""
    assert main(ROOT, ["--check"]) == 0


def test_a_difference_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The check fails and names each file that is changed, missing or of no use, and writing mends them."""
    root = copy_of_the_checkout(tmp_path)
    export = root / "contracts" / "export"
    (export / "topics.json").write_text("[]")
    (export / "envelope.json").unlink()
    (export / "schemas" / "nl.appstore.gone.away.v1.json").write_text("{}")
    assert main(root, ["--check"]) == 1
    told = capsys.readouterr().err
    assert "topics.json is out of date" in told
    assert "envelope.json is missing" in told
    assert "nl.appstore.gone.away.v1.json belongs to nothing" in told
    assert main(root, []) == 0
    assert main(root, ["--check"]) == 0


def test_a_change_that_breaks_an_older_example_stops_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the check nor the export itself passes over an example that today's class does not understand."""
    root = copy_of_the_checkout(tmp_path)
    path = root / "contracts" / "export" / "examples" / "nl.appstore.app.withdrawn.v1" / "1.json"
    example = json.loads(path.read_text())
    example["data"]["reason"] = "a field that today's class does not have"
    path.write_text(json.dumps(example))
    assert main(root, ["--check"]) == 1
    assert main(root, []) == 1
    told = capsys.readouterr().err
    assert "reason: today's class does not carry this any more" in told
    assert "new version of the type" in told


@pytest.mark.parametrize(("name", "example"), KEPT, ids=[name for name, _ in KEPT])
def test_every_example_is_understood(name: str, example: dict[str, Any]) -> None:
    """Each example ever kept is read by today's class and accepted by the exported schemas of data and envelope."""
    assert list(broken_by(all_messages(), name, example)) == []
    stored = json.loads((ROOT / "contracts" / "export" / "schemas" / f"{name}.json").read_text())
    Draft202012Validator(stored).validate(example["data"])
    attributes = {
        header.removeprefix("ce_"): value for header, value in example["headers"].items() if header.startswith("ce_")
    }
    Draft202012Validator(envelope_schema()).validate(attributes)


def test_every_message_has_an_example_and_a_schema_that_explains_it() -> None:
    """Nothing can be said that is not exported, and each schema is valid and says what its message means."""
    assert set(kept_examples(EXAMPLES)) >= set(all_messages())
    for schema in all_schemas().values():
        Draft202012Validator.check_schema(schema)
        assert schema["description"]


def test_an_example_is_the_same_each_time() -> None:
    """Golden examples hold no time, random number or order that differs between two runs."""
    assert {name: example_of(message) for name, message in all_messages().items()} == {
        name: example_of(message) for name, message in all_messages().items()
    }


def test_an_added_optional_field_breaks_nothing_and_adds_an_example(tmp_path: Path) -> None:
    """A message may gain an optional field: the old example stays, and the next number shows the new shape."""

    class VisitorGrown(VisitorGreeted, family=True):
        note: str | None = None

    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "1.json").write_text(json.dumps(example_of(VisitorGreeted)))
    assert list(broken_by({"x": VisitorGrown}, "x", example_of(VisitorGreeted))) == []
    assert list(new_examples(tmp_path, {"x": VisitorGrown})) == [tmp_path / "x" / "2.json"]
    assert list(new_examples(tmp_path, {"x": VisitorGreeted})) == []


def test_what_may_never_change_is_caught() -> None:
    """A field removed, required, retyped or tightened, another key, topic or partition: each is named."""

    class WithoutApp(Payload, family=True):
        topic = topics.REVIEWS
        review: DeploymentId
        version: VersionTag = "1.0"
        outcome: ClosedOutcome | None = None

    class Demanding(VisitorGreeted, family=True):
        note: str

    class Retyped(VisitorGreeted, family=True):
        version: int  # type: ignore[assignment]

    class Moved(VisitorGreeted, family=True):
        topic: ClassVar[topics.Topic] = topics.APPS

    before = example_of(VisitorGreeted)
    assert list(broken_by({"x": WithoutApp}, "x", before)) == ["app: today's class does not carry this any more"]
    assert list(broken_by({"x": Demanding}, "x", before)) == ["note: Field required"]
    assert any(fault.startswith("version: ") for fault in broken_by({"x": Retyped}, "x", before))
    assert "it was on community.reviews, and its class is on catalog.apps" in list(broken_by({"x": Moved}, "x", before))
    other_partition = {**before, "partition": before["partition"] + 1}
    assert any(
        "partition count never changes" in fault for fault in broken_by({"x": VisitorGreeted}, "x", other_partition)
    )
    assert any("keep the class" in fault for fault in broken_by({}, "x", before))


def test_the_envelope_is_frozen() -> None:
    """An example with an attribute that the envelope no longer reads, or reads otherwise, is caught."""
    before = example_of(VisitorGreeted)
    unread = {**before, "headers": {**before["headers"], "ce_newattribute": "x"}}
    assert list(broken_by({"x": VisitorGreeted}, "x", unread)) == [
        "the envelope is frozen: ce_newattribute would be written otherwise"
    ]
    wrong = {**before, "headers": {**before["headers"], "ce_sequence": "1"}}
    assert any("attribute sequence" in fault for fault in broken_by({"x": VisitorGreeted}, "x", wrong))


def test_attributes_are_named_as_the_dutch_profile_asks() -> None:
    """Attribute names are lower-case letters and digits, at most 20 of them (NL GOV profile for CloudEvents)."""
    assert [
        name for name in Context.model_fields if not (name.isalnum() and name == name.lower() and len(name) <= 20)
    ] == []


def test_what_was_added_is_not_lost_and_what_changed_is() -> None:
    """The comparison sees removed and changed places, deep ones too, and no others."""
    before = {"a": {"b": [1, 2]}, "c": "x"}
    assert list(lost(before, {"a": {"b": [1, 2], "new": 1}, "c": "x", "d": 1})) == []
    assert list(lost(before, {"a": {"b": [1, 3]}})) == ["a.b.1", "c"]
    assert list(lost(before, {"a": {"b": [1]}, "c": "x"})) == ["a.b"]


def test_a_page_without_marks_and_a_shape_without_example_stop_the_export() -> None:
    """Nothing is left out in silence: a person is told what to add."""
    with pytest.raises(NoMarkError):
        replaced("no marks here", "topics", "")
    with pytest.raises(NoSampleError, match="no example for the pattern"):
        sample({"type": "string", "pattern": "^never seen$"}, {}, "field")
