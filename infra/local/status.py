"""`make status`: what each part does at this moment, and what it costs, measured over a few seconds."""

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

import psutil

from infra.local import run_record
from infra.local.home import Home
from infra.local.ports import SERVICES, service_of
from infra.local.ready import get
from infra.local.run_record import REFUSED, STARTING, RunRecord

_MEBIBYTE = 1024 * 1024
_SHORTEST = 2.0  # seconds: over less, what a process costs is chance


@dataclass(frozen=True, slots=True)
class Figures:
    """What a service says about its own work, each a number of messages."""

    lag: int = 0
    backlog: int = 0
    held: int = 0
    waiting: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        """Those of two services together."""
        return Figures(
            self.lag + other.lag,
            self.backlog + other.backlog,
            self.held + other.held,
            self.waiting + other.waiting,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One part: its state, MiB resident, percent of one core.

    Of a service its role, figures, what is not ready, and what to know of though it is.
    """

    name: str
    state: str
    memory: float
    cpu: float
    figures: Figures | None = None
    reasons: tuple[str, ...] = ()
    role: str = ""
    notes: tuple[str, ...] = ()


def main(argv: Sequence[str] | None = None) -> int:
    """Print the status; 0 when everything is ready, 1 else."""
    arguments = argparse.ArgumentParser(prog="make status", description=__doc__)
    arguments.add_argument("--home", type=Path, default=Home().root)
    arguments.add_argument("--seconds", type=float, default=_SHORTEST, help="how long to measure, at least 2")
    arguments.add_argument("-o", "--output", choices=("table", "json"), default="table")
    given = arguments.parse_args(argv)
    record = run_record.read_running(Home(given.home.resolve()))
    if record is None:
        sys.stdout.write(
            '{"state": "stopped"}\n' if given.output == "json" else "Nothing runs here. Start it: make up\n"
        )
        return 1
    lines = look(record, max(given.seconds, _SHORTEST))
    show = _as_json if given.output == "json" else _as_table
    sys.stdout.write(show(record, lines) + "\n")
    return 0 if record.all_ready() and all(line.state in {"ready", "done"} for line in lines) else 1


def look(record: RunRecord, seconds: float) -> list[Line]:
    """Measure every part of a running stack for `seconds`."""
    processes: dict[str, psutil.Process] = {}
    for name, part in record.parts.items():
        with contextlib.suppress(psutil.Error):
            if part.pid:
                processes[name] = psutil.Process(part.pid)
    before = {name: _cpu_seconds(process) for name, process in processes.items()}
    began = time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - began
    lines = []
    for name, part in record.parts.items():
        process = processes.get(name)
        cpu = (_cpu_seconds(process) - before[name]) / elapsed * 100 if process else 0.0
        memory = _resident(process) / _MEBIBYTE if process else 0.0
        lines.append(_line(record, name, part.state, round(memory, 1), round(max(cpu, 0.0), 1)))
    return lines


def _line(record: RunRecord, name: str, state: str, memory: float, cpu: float) -> Line:
    if service_of(name) not in SERVICES:
        return Line(name, state, memory, cpu)
    status, body = get(record.ports[f"{name}-health"], "/ready")
    try:
        answer = json.loads(body)
        figures = Figures(answer["lag"], answer["backlog"], answer["held"], answer["waiting"])
        reasons = tuple(str(reason) for reason in answer["reasons"])
        role = f"{answer['role']} {answer['partitions']}"
        notes = tuple(str(note) for note in answer.get("notes", []))
    except (ValueError, KeyError, TypeError):
        if state in {REFUSED, STARTING} and record.parts[name].reason:
            return Line(name, state, memory, cpu, reasons=(record.parts[name].reason,))
        return Line(name, "silent" if status == 0 else "unclear", memory, cpu)
    return Line(name, "ready" if answer.get("ready") else "not ready", memory, cpu, figures, reasons, role, notes)


def _cpu_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def total(lines: Iterable[Line]) -> Line:
    """All replicas of the five services together."""
    services = [line for line in lines if service_of(line.name) in SERVICES]
    return Line(
        "services",
        "ready" if all(line.state == "ready" for line in services) else "not ready",
        round(sum(line.memory for line in services), 1),
        round(sum(line.cpu for line in services), 1),
        sum((line.figures for line in services if line.figures), start=Figures()),
    )


def _as_json(record: RunRecord, lines: list[Line]) -> str:
    answer = {
        "address": record.address,
        "state": record.state,
        "epoch": record.cluster_id,
        "parts": {line.name: asdict(line) for line in lines},
        "services": asdict(total(lines)),
    }
    return json.dumps(answer, indent=1)


def _as_table(record: RunRecord, lines: list[Line]) -> str:
    head = ("part", "state", "role", "lag", "backlog", "held", "waiting", "MiB", "CPU %")
    services = [line for line in lines if service_of(line.name) in SERVICES]
    ordered = [line for line in lines if line not in services]
    ordered += sorted(services, key=lambda line: (SERVICES.index(service_of(line.name)), line.name))
    rows = [head, *(_cells(line) for line in ordered)]
    rows += [_cells(total(lines))] if services else []
    text = [f"{record.address}  {record.state}  epoch {record.cluster_id}", ""]
    widest = max(14, *(len(row[0]) + 2 for row in rows))
    text += [f"{row[0]:<{widest}}{row[1]:<11}{row[2]:<11}" + "".join(f"{cell:>9}" for cell in row[3:]) for row in rows]
    text += [f"{line.name}: {said}" for line in lines for said in (*line.reasons, *line.notes)]
    return "\n".join(text)


def _cells(line: Line) -> tuple[str, ...]:
    counts = ["-"] * 4 if line.figures is None else [str(figure) for figure in astuple(line.figures)]
    return (line.name, line.state, line.role, *counts, f"{line.memory:.1f}", f"{line.cpu:.1f}")


if __name__ == "__main__":
    sys.exit(main())
