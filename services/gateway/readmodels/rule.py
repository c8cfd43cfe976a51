"""The rules in force with their texts, from compliance's events: what turns a code into a sentence."""

from typing import Any

from chassis.motions import Project
from contracts import topics
from contracts.compliance.events import RulePublished
from contracts.envelope import Event

Document = dict[str, Any]


def document(event: Event[Any]) -> str:
    """One document a rule."""
    return str(event.data.rule)


def apply(before: Document | None, event: Event[Any]) -> Document:
    """Keep the version in force; a retired rule keeps its texts for old verdicts."""
    if isinstance(event.data, RulePublished):
        return {**event.data.model_dump(mode="json"), "retired": False}
    return {**(before or {"rule": event.data.rule}), "retired": True}


RULES = Project("rules", 2, (topics.RULES,), document, apply)
