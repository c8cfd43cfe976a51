"""What a part writes is kept, within bounds."""

from datetime import UTC, datetime
from pathlib import Path

from infra.local.part_log import PartLog, last_lines, start_line


def test_a_log_never_outgrows_its_bound(tmp_path: Path) -> None:
    """A part that writes without end leaves two files of the largest size at most, with the newest lines."""
    path = tmp_path / "noisy.log"
    log = PartLog(path, largest=1000)
    for number in range(500):
        log.write(f"line {number}\n".encode())
    log.close()
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 2000
    assert last_lines(path, 2) == ["line 498", "line 499"]


def test_one_huge_write_is_cut(tmp_path: Path) -> None:
    """A single piece of output larger than the bound keeps its end."""
    path = tmp_path / "noisy.log"
    log = PartLog(path, largest=100)
    log.write(b"x" * 1000 + b"the end")
    log.close()
    assert path.stat().st_size == 100
    assert path.read_bytes().endswith(b"the end")


def test_only_the_newest_process_is_shown(tmp_path: Path) -> None:
    """What an earlier process of the same part wrote does not explain the death of this one."""
    path = tmp_path / "part.log"
    log = PartLog(path)
    for pid, words in ((1, "old"), (2, "new")):
        log.write(start_line(pid, datetime(2026, 1, 1, tzinfo=UTC)).encode())
        log.write(words.encode() + b"\n")
    log.close()
    assert last_lines(path) == ["new"]


def test_a_missing_log_has_no_lines(tmp_path: Path) -> None:
    """A part that has never started has nothing to show."""
    assert last_lines(tmp_path / "nothing.log") == []
