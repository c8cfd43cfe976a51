"""Commit every act of sabotage on a copy of the code and see its test fail: `make test-sabotage`, `ACT=name` for one.

First every named test runs on the code as it is and must pass. Then each act is committed alone. Exit code 0 when
every act was noticed: by a failing test, not by one that could not start.
"""

import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from xml.etree import ElementTree as ET

from infra.local.home import CHECKOUT
from tests.sabotage.act import Act, Outdated, all_acts

AT_ONCE = 2
TEST_SECONDS = 180


def main() -> int:
    """Try every act and print a line for each; the exit code."""
    acts = all_acts(frozenset(sys.argv[1:]))
    with tempfile.TemporaryDirectory() as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_ONCE):
            copies.put(_copied(Path(folder) / str(number)))
        healthy = _run(copies, sorted({act.test for act in acts}), seconds=3 * TEST_SECONDS)
        if healthy:
            _say(f"Before anything was broken these did not pass: {', '.join(healthy)}")
            return 1
        with ThreadPoolExecutor(AT_ONCE) as pool:
            verdicts = list(pool.map(lambda act: _commit(act, copies), acts))
    survived = [act.name for act, noticed in zip(acts, verdicts, strict=True) if not noticed]
    _say(f"{len(acts) - len(survived)} of {len(acts)} acts of sabotage were noticed.")
    return 1 if survived else 0


def _commit(act: Act, copies: "SimpleQueue[Path]") -> bool:
    began, copy = time.monotonic(), copies.get()
    try:
        before: dict[str, str] = {}
        try:
            for change in act.changes:
                before.setdefault(change.file, (copy / change.file).read_text(encoding="utf-8"))
                change.make(copy)
            outcome = _outcome(copy, act.test)
        except Outdated as outdated:
            outcome = f"outdated: {outdated}"
        finally:
            for file, text in before.items():
                (copy / file).write_text(text, encoding="utf-8")
    finally:
        copies.put(copy)
    noticed = outcome == "failed"
    word = "noticed" if noticed else f"NOT NOTICED (the test {outcome})"
    _say(f"{act.name:<34} {word:<10} {time.monotonic() - began:5.1f} s   {act.rule}")
    return noticed


def _run(copies: "SimpleQueue[Path]", tests: list[str], seconds: float) -> list[str]:
    """The tests that do not pass on the code as it is."""
    copy = copies.get()
    try:
        found = _report(copy, tests, seconds)
    finally:
        copies.put(copy)
    return [test for test in tests if found.get(test.rpartition("::")[2].partition("[")[0]) != "passed"]


def _outcome(copy: Path, test: str) -> str:
    return _report(copy, [test], TEST_SECONDS).get(test.rpartition("::")[2].partition("[")[0], "did not run")


def _report(copy: Path, tests: list[str], seconds: float) -> dict[str, str]:
    """What became of each test by its name; of several with one name and other parameters, the worst."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}", *tests]
        environment = {"PYTHONPATH": f"{copy}:{copy / 'client'}", "PATH": "/usr/bin:/bin", "HOME": folder}
        try:
            subprocess.run(  # noqa: S603 - our own tests
                command, cwd=copy, env=environment, capture_output=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            return {}
        return _read(report) if report.is_file() else {}


def _read(report: Path) -> dict[str, str]:
    worst: dict[str, str] = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - written by pytest a moment ago
        name = case.attrib["name"].partition("[")[0]
        outcome = next((tag for tag in ("error", "failure", "skipped") if case.find(tag) is not None), "passed")
        outcome = {"failure": "failed"}.get(outcome, outcome)
        if worst.get(name, "passed") == "passed" or outcome == "failed":
            worst[name] = outcome
    return worst


def _copied(to: Path) -> Path:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - git of the machine
        cwd=CHECKOUT, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    for name in filter(None, listed.split("\0")):
        source, target = CHECKOUT / name, to / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    return to


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
