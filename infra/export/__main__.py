"""`python -m infra.export` writes contracts/export/; with `--check` it only says whether that is up to date.

Either way it first asks whether today's classes still understand every example kept so far, and stops when not.
"""

import argparse
import json
import sys
from pathlib import Path

from contracts.messages import all_messages
from infra.export.compatibility import broken_by
from infra.export.examples import kept_examples, new_examples
from infra.export.readme import with_tables
from infra.export.schemas import all_schemas, envelope_schema
from infra.export.tables import services_page, topics_as_data

ROOT = Path(__file__).resolve().parents[2]


def expected(root: Path) -> dict[Path, str]:
    """Every generated file and what must stand in it. Examples kept from before are not among them."""
    export = root / "contracts" / "export"
    files = {export / "schemas" / f"{name}.json": as_text(schema) for name, schema in all_schemas().items()}
    files[export / "envelope.json"] = as_text(envelope_schema())
    files[export / "topics.json"] = as_text(topics_as_data())
    files[export / "services.md"] = services_page(root)
    for path, example in new_examples(export / "examples", all_messages()).items():
        files[path] = as_text(example)
    readme = root / "contracts" / "README.md"
    files[readme] = with_tables(readme.read_text())
    return files


def as_text(content: object) -> str:
    """JSON as it is stored: readable, and the same whoever writes it."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def broken(root: Path) -> list[str]:
    """The examples that today's classes do not understand any more, and why."""
    messages = all_messages()
    return [
        f"{path.relative_to(root)}: {reason}"
        for name, examples in kept_examples(root / "contracts" / "export" / "examples").items()
        for path, example in examples
        for reason in broken_by(messages, name, example)
    ]


def differences(root: Path, files: dict[Path, str]) -> list[str]:
    """The files that are missing, other than expected, or of no use any more."""
    found = [
        f"{path.relative_to(root)} is {'out of date' if path.exists() else 'missing'}"
        for path, text in files.items()
        if not path.exists() or path.read_text() != text
    ]
    return found + [f"{path.relative_to(root)} belongs to nothing" for path in stale(root, files)]


def stale(root: Path, files: dict[Path, str]) -> list[Path]:
    """Generated files that nothing generates any more. Examples are kept for ever and never stale."""
    export = root / "contracts" / "export"
    return [
        path
        for path in sorted(export.rglob("*"))
        if path.is_file() and path not in files and path.relative_to(export).parts[0] != "examples"
    ]


def write(root: Path, files: dict[Path, str]) -> None:
    """Bring the export up to date."""
    for path in stale(root, files):
        path.unlink()
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def main(root: Path = ROOT, arguments: list[str] | None = None) -> int:
    """Write or check; 1 when there is something a person must do."""
    parser = argparse.ArgumentParser(prog="python -m infra.export", description="Write contracts/export.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the export is not up to date")
    check = parser.parse_args(arguments).check
    if faults := broken(root):
        _say("This change breaks messages that a log may already hold:", faults)
        _say("Give the change a new version of the type, and produce both for a while (contracts/README.md).")
        return 1
    files = expected(root)
    found = differences(root, files)
    if check and found:
        _say("The exported contracts are not those of the code:", found)
        _say("Run `make export`, look at what changed, and commit it.")
        return 1
    if not check:
        write(root, files)
        _say(f"{len(files)} files, {len(found)} of them changed.")
    return 0


def _say(head: str, lines: list[str] | None = None) -> None:
    sys.stderr.write("\n".join([head, *(f"  {line}" for line in lines or [])]) + "\n")


if __name__ == "__main__":
    sys.exit(main())
