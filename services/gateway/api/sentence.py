"""A timeline entry as one plain sentence in the reader's language, for clients without pages of their own."""

from datetime import datetime
from typing import Any

from services.gateway.locales.texts import TextParameterError, Texts
from services.gateway.readmodels.timeline import count_in, event_named

Document = dict[str, Any]


def sentence_of(entry: Document, texts: Texts, person: str | None, asked_at: datetime | None = None) -> str:
    """The sentence of an entry; `asked_at` is when its request was made. The code itself where there is no sentence."""
    told = entry["told"]
    code = told.get("step") or told.get("cause") or told.get("outcome") or told.get("intent")
    values = _values(entry, texts, person, code)
    named = event_named(entry)
    keys = [f"events.{named}.{code}", f"events.{named}", f"events.unknown.{entry['event']}"]
    if entry["event"] == "DeploymentSucceeded" and asked_at is not None:
        values["duration"] = texts.duration(datetime.fromisoformat(entry["time"]) - asked_at)
        keys.insert(0, "timeline.still_after" if told.get("replicas") == 0 else "timeline.healthy_after")
    for key in keys:
        if texts.has(key):
            try:
                return texts.sentence(key, values).replace("**", "").replace("`", "")
            except TextParameterError:
                continue
    return f"{entry['event']}{f' ({code})' if code else ''}"


def _values(entry: Document, texts: Texts, person: str | None, code: str | None) -> dict[str, str | int | float]:
    told = entry["told"]
    values = {
        **told,
        **told.get("params", {}),
        "person": person or texts("app.former_member"),
        "code": code or entry["event"],
        "count": count_in(told),
        "app": told.get("appName") or told.get("title") or entry["app"] or "",
        "level": texts.named("level", told.get("level", "")),
        "points": told.get("score", {}).get("points", 0),
        "what": texts.named("failure.cause", f"{told['cause']}.what") if "cause" in told else "",
    }
    return {name: value for name, value in values.items() if isinstance(value, str | int | float)}
