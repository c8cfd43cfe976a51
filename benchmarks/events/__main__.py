"""Run every part of the benchmark, or those named: `python -m benchmarks.events [latency throughput …]`."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from benchmarks.events.decision_latency import decision_latency, decision_latency_on_apache
from benchmarks.events.history import start_with_a_history
from benchmarks.events.memory import memory_of_cursors
from benchmarks.events.projection import projection_rate
from benchmarks.events.takeover import takeover
from benchmarks.events.throughput import throughput_of_a_service
from benchmarks.result import Result, say

PARTS: dict[str, Callable[[Result], Coroutine[Any, Any, None]]] = {
    "memory": memory_of_cursors,
    "throughput": throughput_of_a_service,
    "projection": projection_rate,
    "latency": decision_latency,
    "latency-apache": decision_latency_on_apache,
    "takeover": takeover,
    "history": start_with_a_history,
}


def main() -> int:
    """Measure and print; the last line is JSON. Exit code 2 for a part that is none."""
    chosen = sys.argv[1:] or list(PARTS)
    if unknown := set(chosen) - set(PARTS):
        say(f"No such part: {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}")
        return 2
    result = Result("events")
    for name in chosen:
        say(f"{name}:")
        asyncio.run(PARTS[name](result))
    say(result.line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
