"""The guides are true: what stands in them is typed in order, and says what they say."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.integration.client.conftest import Appstore, Served
from tests.unit.client.samples import app

GUIDES = tuple(sorted((ROOT / "docs" / "guides").glob("*.md")))
_BLOCK = re.compile(r"^```(yaml|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"\s+# exit code (\d+)$")


def typed(block: str) -> Iterator[tuple[str, list[str]]]:
    """What somebody types in a block, each with the lines it answers."""
    for part in block.split("$ ")[1:]:
        command, *answer = part.rstrip("\n").split("\n")
        yield command, answer


def says(out: str, line: str) -> bool:
    """Whether the words of a line stand in an output in this order, each somewhere behind the one before."""
    place = 0
    for one in line.split():
        place = out.find(one, place) + len(one)
        if place < len(one):
            return False
    return True


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guide_is_true(
    guide: Path, living: Appstore, gateway: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file is written as it stands there, each command exits and answers as it says."""
    gateway.fake.apps["qdrant"] = app("qdrant", "pass")
    monkeypatch.chdir(tmp_path)
    commands = 0
    for kind, block in _BLOCK.findall(guide.read_text()):
        if kind == "yaml":
            file = tmp_path / block.split("\n")[0].removeprefix("# ")
            file.parent.mkdir(exist_ok=True)
            file.write_text(block)
            continue
        for command, answer in typed(block):
            if command.startswith("kubectl "):
                _change_by_hand(shlex.split(command), gateway)
                continue
            _do(command, answer, living, tmp_path, monkeypatch)
            commands += 1
    assert commands


def _change_by_hand(words: list[str], gateway: Served) -> None:
    """Somebody scales a deployment in the cluster, and the gateway shows it."""
    name, wanted = words[words.index("deployment") + 1], words[words.index("--replicas") + 1]
    deployed = next(one for one in gateway.fake.deployments.values() if one["name"] == name)
    field = {"path": ".spec.replicas", "declared": "1", "found": wanted}
    changed = {"kind": "Deployment", "name": name, "deleted": False, "fields": [field], "manager": "kubectl"}
    deployed["drift"] = {"since": "2026-11-24T18:12:03.000Z", "reaction": "reports", "times": 1, "drifted": [changed]}


def _do(command: str, answer: list[str], living: Appstore, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = _EXIT.search(command)
    words = shlex.split(command, comments=True)
    match words[0]:
        case "export":
            monkeypatch.setenv(*words[1].split("=", 1))
        case "rm":
            (here / words[1]).unlink()
        case "appstore":
            ran = living(*words[1:])
            assert ran.code == (int(ends[1]) if ends else 0), f"{command}: {ran.err}"
            for line in answer:
                assert says(ran.out, line), f"{command} does not say {line!r}:\n{ran.out}"
        case other:
            pytest.fail(f"the guide types {other}, and this test can not")


def test_what_a_guide_says_wrongly_is_caught() -> None:
    """Words that are not there, or in another order, are seen."""
    assert says("papers  test  succeeded", "papers succeeded")
    assert not says("papers  test  succeeded", "succeeded papers")
    assert not says("papers  test", "papers failed")
