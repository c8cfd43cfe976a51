"""Reads the files in which deployments are declared: every mistake in all of them at once, and bounded.

Before it: what somebody named with `-f`. After it: `plan`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from appstore_client.declared.declaration import Declared, Mistake, Place
from appstore_client.declared.fields import Fields
from appstore_client.declared.form import read_document
from appstore_client.declared.yaml_documents import LARGEST_FILE, UnreadableError, documents

MOST_FILES, MOST_DECLARED = 200, 500
SUFFIXES = (".yaml", ".yml")


@dataclass
class Reading:
    """What was declared and what is wrong with it; only without mistakes is it whole."""

    declared: list[Declared] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def read_files(paths: Sequence[Path]) -> Reading:
    """Read files, and of folders every YAML file below them, hidden ones apart."""
    reading = Reading()
    files = list(dict.fromkeys(islice(_files(paths, reading), MOST_FILES + 1)))
    if len(files) > MOST_FILES:
        reading.mistakes.append(Mistake(Place(str(paths[0])), "", "too-many-files", {"count": MOST_FILES}))
        return reading
    for file in files:
        _read(file, reading)
    if len(reading.declared) > MOST_DECLARED:
        reading.mistakes.append(Mistake(Place(str(paths[0])), "", "too-many-declared", {"count": MOST_DECLARED}))
    if not reading.declared and not reading.mistakes:
        reading.mistakes.append(Mistake(Place(", ".join(map(str, paths))), "", "nothing-declared"))
    return reading


def read_text(text: str, file: str) -> Reading:
    """Read what stands in one file."""
    fields = Fields(file)
    try:
        found = [read_document(node, fields) for node in documents(text, file)]
    except UnreadableError as error:
        return Reading(mistakes=[error.mistake])
    return Reading([one for one in found if one is not None], fields.mistakes)


def _files(paths: Sequence[Path], reading: Reading) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        below = (one for one in path.rglob("*") if one.suffix in SUFFIXES and one.is_file())
        shown = (one for one in below if not any(part.startswith(".") for part in one.relative_to(path).parts))
        found = sorted(islice(shown, MOST_FILES + 1))
        if not found:
            reading.mistakes.append(Mistake(Place(str(path)), "", "nothing-declared"))
        yield from found


def _read(file: Path, reading: Reading) -> None:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
        text = content.decode()
    except UnicodeDecodeError:
        reading.mistakes.append(Mistake(Place(str(file)), "", "not-utf-8"))
        return
    except OSError as error:
        reason = error.strerror or type(error).__name__
        reading.mistakes.append(Mistake(Place(str(file)), "", "unreadable", {"reason": reason}))
        return
    if len(content) > LARGEST_FILE:
        reading.mistakes.append(Mistake(Place(str(file)), "", "too-large", {"count": LARGEST_FILE}))
        return
    found = read_text(text, str(file))
    reading.declared += found.declared
    reading.mistakes += found.mistakes
