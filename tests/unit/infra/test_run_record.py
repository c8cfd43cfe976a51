"""What the supervisor writes down."""

from pathlib import Path

from infra.local import run_record
from infra.local.home import Home
from infra.local.run_record import DONE, READY, PartRecord, RunRecord


def a_record() -> RunRecord:
    """A stack of two parts that runs."""
    parts = {"topics": PartRecord(state=DONE), "catalog": PartRecord(pid=7, state=READY)}
    return RunRecord(pid=1, started=2.0, port=8400, address="http://127.0.0.1:8400", ports={}, parts=parts)


def test_a_record_reads_back_as_it_was_written(tmp_path: Path) -> None:
    """Other commands see exactly what the supervisor wrote."""
    run_record.write(Home(tmp_path), a_record())
    assert run_record.read(Home(tmp_path)) == a_record()


def test_a_damaged_record_is_no_record(tmp_path: Path) -> None:
    """Half a file, or one of another version, is as if there were none."""
    home = Home(tmp_path)
    for damage in ("", "{", "[]", '{"pid": 1}', '{"pid": 1, "parts": {"x": {"unknown": 1}}}'):
        home.run_record.write_text(damage)
        assert run_record.read(home) is None


def test_a_record_without_its_supervisor_is_stale(tmp_path: Path) -> None:
    """The lock decides whether a stack runs: a record that nobody holds says nothing."""
    home = Home(tmp_path)
    run_record.write(home, a_record())
    with run_record.hold(home) as mine:
        assert mine
        assert run_record.read_running(home) == a_record()
    assert run_record.read_running(home) is None


def test_a_home_has_one_supervisor(tmp_path: Path) -> None:
    """A second supervisor is told that it is not alone."""
    home = Home(tmp_path)
    with run_record.hold(home), run_record.hold(home) as second:
        assert not second


def test_all_ready_counts_what_is_done() -> None:
    """A one-shot that has done its work holds nothing up; a dead part does."""
    record = a_record()
    assert record.all_ready()
    record.parts["catalog"].state = "dead"
    assert not record.all_ready()
