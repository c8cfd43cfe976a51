"""Turns a deployment's events into the rows of its timeline, and into the moments of its rollout.

Before it: the events of a `DeploymentView`. After it: the timeline and rollout components. Pure: the clock is `now`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from services.gateway.locales.texts import Texts, Value
from services.gateway.web.components.rollout.rollout import Moments
from services.gateway.web.components.timeline.timeline import Gap, Node, TimelineRow, gap_between
from services.gateway.web.pages.deployment.told import NO_PODS
from services.gateway.web.pages.deployment.view import DeploymentEvent, DeploymentView, State
from services.gateway.web.templates import stopwatch

_NODES: Mapping[str, Node] = {
    "DeploymentRejected": "failed",
    "DeploymentFailed": "failed",
    "DeploymentApprovalRequested": "attention",
    "DeploymentRollbackStarted": "attention",
    "DeploymentRolledBack": "attention",
    "DriftDetected": "attention",
    "DeploymentDegraded": "attention",
    "DeploymentCancelled": "around",
    "DeploymentRemovalRequested": "around",
    "DeploymentCancelRequested": "around",
}
_ENDINGS = frozenset(
    {
        "DeploymentSucceeded",
        "DeploymentFailed",
        "DeploymentRolledBack",
        "DeploymentRemoved",
        "DeploymentClosed",
    }
)
# What is still to come, in order, while a deployment is on its way.
_EXPECTED: Mapping[State, tuple[str, ...]] = {
    "waiting": ("rollout", "healthy"),
    "awaiting-approval": ("rollout", "healthy"),
    "rolling-out": ("healthy",),
    "removing": ("removed",),
}
# Looked back on rather than followed: newest first.
_HISTORY: frozenset[State] = frozenset(
    {"healthy", "degraded", "paused", "rolled-back", "removed", "cancelled", "superseded"}
)
_TROUBLED: frozenset[State] = frozenset({"held", "degraded"})
_STOPWATCH_UNTIL = timedelta(hours=1)
_MEBIBYTE = 1024 * 1024


def is_history(state: State) -> bool:
    """Whether the timeline is read backwards, newest first."""
    return state in _HISTORY


def rows(view: DeploymentView, texts: Texts) -> list[TimelineRow]:
    """The timeline: a rollout oldest first with time since its start, a history newest first with its days."""
    if not view.events:
        return []
    happened = _history(view, texts) if is_history(view.state) else _rollout(view, texts)
    return happened + [
        TimelineRow(key=f"expected-{name}", node="expected", sentence=texts(f"deployment.expected.{name}"))
        for name in _EXPECTED.get(view.state, ())
    ]


def moments(view: DeploymentView) -> Moments | None:
    """When each step of the newest rollout began; None when nothing was rolled out."""
    events = _newest_run(view.events)
    if not any(event.type in {"DeploymentStarted", "DeploymentProgressed"} for event in events):
        return None
    pulled = [event.at for event in events if event.code == "image-pulled"]
    started = [event.at for event in events if event.code in {"pod-started", "pod-ready"}]
    return Moments(
        requested=events[0].at,
        place=next((event.at for event in events if event.code == "objects-applied"), None),
        image=next((event.at for event in events if event.code == "image-pulling"), None),
        pods=pulled[-1] if pulled else started[0] if started else None,
        ended=next((event.at for event in events if event.type in _ENDINGS), None),
    )


def _newest_run(events: tuple[DeploymentEvent, ...]) -> tuple[DeploymentEvent, ...]:
    starts = [number for number, event in enumerate(events) if event.type == "DeploymentRequested"]
    return events[starts[-1] :] if starts else events


def _rollout(view: DeploymentView, texts: Texts) -> list[TimelineRow]:
    events = view.events
    moving = view.state in _EXPECTED or view.state == "held"
    start, last = events[0].at, view.now if moving else events[-1].at
    made = []
    for number, event in enumerate(events):
        gap = gap_between(event.at, _following(events, number, last), last - start, texts, about=_pulled(event, texts))
        made.append(_row(event, view, _since(event, start, texts, first=number == 0), gap, texts))
    return [*made, _now_row(view, texts)] if moving else made


def _history(view: DeploymentView, texts: Texts) -> list[TimelineRow]:
    newest_first = tuple(reversed(view.events))
    whole = view.now - view.events[0].at
    here = replace(_now_row(view, texts), gap=gap_between(newest_first[0].at, view.now, whole, texts, quiet=True))
    made = [here]
    for number, event in enumerate(newest_first):
        gap = gap_between(event.at, _following(newest_first, number, event.at), whole, texts, quiet=True)
        made.append(_row(event, view, _day_or_clock(event.at, view.now, texts), gap, texts))
    return made


def _following(events: tuple[DeploymentEvent, ...], number: int, last: datetime) -> datetime:
    return events[number + 1].at if number + 1 < len(events) else last


def _row(event: DeploymentEvent, view: DeploymentView, time: str, gap: Gap, texts: Texts) -> TimelineRow:
    asked = [one.at for one in view.events if one.type == "DeploymentRequested" and one.at <= event.at]
    sentence = event_sentence(event, event.at - (asked[-1] if asked else view.requested_at), texts)
    return TimelineRow(event.id, _NODES.get(event.type, "done"), sentence, time, event.at, gap=gap)


def _pulled(event: DeploymentEvent, texts: Texts) -> str:
    mebibytes = event.params.get("mebibytes")
    return texts.size(int(mebibytes) * _MEBIBYTE) if event.code == "image-pulling" and mebibytes is not None else ""


def event_sentence(event: DeploymentEvent, since_request: timedelta, texts: Texts) -> str:
    """The sentence of an event; a code this gateway does not know yet is shown as it is."""
    if event.type == "DeploymentSucceeded":
        how = "still_after" if event.code == NO_PODS else "healthy_after"
        return texts.markup(f"timeline.{how}", duration=texts.duration(since_request))
    key = f"events.{event.type}" + (f".{event.code}" if event.code else "")
    if not texts.has(key):
        key = f"events.{event.type}"
    if not texts.has(key):
        return texts.markup("timeline.also", code=event.code or event.type)
    said = {name: texts.named("code", one) if isinstance(one, str) else one for name, one in event.params.items()}
    said["level"] = texts.named("level", str(event.params.get("level", "")))
    what = texts.named("failure.cause", f"{event.params.get('cause') or event.code}.what")
    return texts.sentence_markup(key, {"person": texts("app.former_member"), "what": what, **said})


def _now_row(view: DeploymentView, texts: Texts) -> TimelineRow:
    time = texts("timeline.now")
    running = view.now - view.events[0].at
    if view.state in _EXPECTED and running < _STOPWATCH_UNTIL:
        time = texts("timeline.now_since", time=stopwatch(running.total_seconds()))
    node: Node = "attention" if view.state in _TROUBLED else "done" if is_history(view.state) else "busy"
    return TimelineRow("now", node, now_sentence(view, texts), time, now=True)


def now_sentence(view: DeploymentView, texts: Texts) -> str:
    """What it waits for at this moment, or where it stands."""
    last = view.events[-1] if view.events else None
    if view.state != "rolling-out" or last is None:
        return texts.markup(f"deployment.now.{view.state}", revision=view.revision)
    if last.code == "pod-ready":
        return _waits_for_pod(last.params, texts)
    key = f"deployment.waits.{last.code}"
    return texts.markup(key if texts.has(key) else "deployment.waits.start")


def _waits_for_pod(params: Mapping[str, Value], texts: Texts) -> str:
    ready, wanted = int(params["ready"]), int(params["wanted"])
    if ready >= wanted:
        return texts.markup("deployment.waits.all-ready")
    return texts.markup("deployment.waits.pod-ready", next=ready + 1, wanted=wanted)


def _since(event: DeploymentEvent, start: datetime, texts: Texts, *, first: bool) -> str:
    if first or event.at - start >= _STOPWATCH_UNTIL:
        return texts.clock(event.at, seconds=True)
    return texts.since_start(event.at - start)


def _day_or_clock(at: datetime, now: datetime, texts: Texts) -> str:
    return texts.clock(at) if texts.day(at) == texts.day(now) else texts.short_day(at)
