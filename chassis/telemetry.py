"""What every service counts, for Prometheus, for `/ready` and for `make status`.

The chassis changes the figures; `health.py` serves them.
"""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

MESSAGES = Counter(
    "appstore_messages_total",
    "Messages taken from the log, by what became of them.",
    ["topic", "outcome"],
    registry=REGISTRY,
)
RECORDED = Counter("appstore_events_recorded_total", "Events stored in the ledger.", ["type"], registry=REGISTRY)
RELAYED = Counter("appstore_events_relayed_total", "Events acknowledged by the broker.", ["topic"], registry=REGISTRY)
RELAY_SECONDS = Histogram(
    "appstore_relay_seconds",
    "From stored to acknowledged, in seconds.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5),
    registry=REGISTRY,
)
RELAY_OTHERS = Counter(
    "appstore_relay_others_total",
    "Messages between two batches of the relay that it did not send.",
    ["topic"],
    registry=REGISTRY,
)
MOTION_SECONDS = Histogram(
    "appstore_motion_seconds",
    "One motion, from its message to its commit, in seconds.",
    ["use_case"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5),
    registry=REGISTRY,
)
RECONCILES = Counter(
    "appstore_reconciles_total",
    "Looks at one thing that should be as asked, by outcome.",
    ["outcome"],
    registry=REGISTRY,
)
BACKLOG = Gauge("appstore_ledger_backlog", "Events stored and not yet acknowledged by the broker.", registry=REGISTRY)
HELD = Gauge("appstore_held_messages", "Messages held or queued behind a held one.", registry=REGISTRY)
HELD_OLDEST = Gauge(
    "appstore_held_oldest_seconds", "For how long the longest held message is held; 0 when none is.", registry=REGISTRY
)
REDRIVEN = Counter("appstore_held_redriven_total", "Held messages that were handled after all.", registry=REGISTRY)
SKIPPED = Counter("appstore_held_skipped_total", "Held messages that an operator passed over.", registry=REGISTRY)
WAITING = Gauge("appstore_waiting_messages", "Messages waiting for something not known yet.", registry=REGISTRY)
ANSWERS = Counter(
    "appstore_answers_total", "Questions taken up, by what became of them.", ["type", "outcome"], registry=REGISTRY
)
LAG = Gauge("appstore_consumer_lag", "Messages on the log not yet handled.", registry=REGISTRY)
LEADER = Gauge("appstore_leader", "1 while this replica leads its service, else 0.", registry=REGISTRY)
PARTITIONS = Gauge("appstore_partitions_assigned", "Partitions this replica consumes.", registry=REGISTRY)
TERM = Gauge("appstore_lease_term", "The term in which this replica leads or led last.", registry=REGISTRY)


def held_since(moment: float | None) -> None:
    """Since when the longest held message is held, in seconds since 1970; None when none is."""
    HELD_OLDEST.set_function(lambda: max(0.0, time.time() - moment) if moment is not None else 0.0)
