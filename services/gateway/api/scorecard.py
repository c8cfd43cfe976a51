"""A scorecard in words: each rule's verdict with its points, its law, who says so and what would raise it."""

import re
from datetime import date
from typing import Any

from contracts.compliance.rule import Criterion
from services.gateway.api.shapes import Shown
from services.gateway.locales.texts import Texts

Document = dict[str, Any]
VALUE = {"pass": 1.0, "warn": 0.5, "fail": 0.0, "unknown": 0.0, "n/a": 0.0}
NOT_APPLICABLE = "n/a"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class ScoreShown(Shown):
    """Points of 100, coverage from 0 to 1, and how many of the applicable criteria are known."""

    points: int
    coverage: float
    known: int
    of: int


class LegalShown(Shown):
    """The law or standard a rule stands on."""

    title: str
    uri: str | None = None


class RuleShown(Shown):
    """One rule's verdict."""

    rule: str
    rule_version: str
    verdict: str
    gate: bool
    weight: float
    points: float
    title: str
    message: str
    legal_reference: LegalShown
    remedy: str
    assurance: str | None = None
    evidence: list[dict[str, Any]]
    expires_at: str | None = None


class CriterionShown(Shown):
    """One criterion with its rules."""

    verdict: str
    results: list[RuleShown]


class PolicySetShown(Shown):
    """Which rules decided."""

    version: str
    sha256: str


class Scorecard(Shown):
    """Every verdict about one version."""

    app: str
    version: str
    score: ScoreShown
    criteria: dict[str, CriterionShown]
    gates: str
    change: str
    policy_set: PolicySetShown
    as_of: str
    scored_at: str
    history: list[dict[str, Any]]


def score_of(verdict: Document | None) -> ScoreShown | None:
    """The score in a verdict's document."""
    if verdict is None:
        return None
    applicable = [v for v in verdict["criteria"].values() if v != NOT_APPLICABLE]
    known = [v for v in applicable if v != "unknown"]
    return ScoreShown(
        points=verdict["score"]["points"],
        coverage=verdict["score"]["coverage"],
        known=len(known),
        of=len(applicable),
    )


def scorecard_of(verdict: Document, rules: dict[str, Document], texts: Texts) -> Scorecard:
    """A verdict's document in the reader's language."""
    results: dict[str, list[RuleShown]] = {criterion.value: [] for criterion in Criterion}
    for result in verdict["results"]:
        results[result["criterion"]].append(rule_shown(result, rules.get(result["rule"], {}), texts))
    criteria = {
        name: CriterionShown(verdict=verdict["criteria"].get(name, "unknown"), results=found)
        for name, found in results.items()
    }
    score = score_of(verdict)
    if score is None:
        message = "a verdict has a score"
        raise ValueError(message)
    return Scorecard(
        app=verdict["app"],
        version=verdict["version"],
        score=score,
        criteria=criteria,
        gates=verdict["gates"],
        change=verdict["change"],
        policy_set=PolicySetShown(**verdict["policySet"]),
        as_of=verdict["asOf"],
        scored_at=verdict["scoredAt"],
        history=verdict["history"],
    )


def rule_shown(result: Document, rule: Document, texts: Texts) -> RuleShown:
    """One result with the rule's texts; a rule whose texts did not arrive yet shows its codes."""
    found = rule_words(result, rule, texts)
    return RuleShown(
        rule=result["rule"],
        rule_version=result["ruleVersion"],
        verdict=result["verdict"],
        gate=result["gate"],
        weight=result["weight"],
        points=VALUE[result["verdict"]] * result["weight"],
        assurance=result.get("assurance"),
        evidence=result.get("evidence") or [],
        expires_at=result.get("expiresAt"),
        **found,
    )


def rule_words(result: Document, rule: Document, texts: Texts) -> dict[str, Any]:
    """Title, message, law and remedy of a result or objection in the reader's language."""
    language = texts.language
    words = rule.get("texts")
    if words is None:
        return {
            "title": result["rule"],
            "message": result["messageCode"],
            "remedy": "",
            "legal_reference": LegalShown(title=result["rule"]),
        }
    template = words["messages"].get(result["messageCode"], {}).get(language, result["messageCode"])
    message = fill(template, result.get("params") or {}, texts)
    if result.get("reason"):
        message = f"{message} ({result['reason']})"
    if result["verdict"] == "warn" and result.get("assurance") == "declared":
        message = f"{message} {texts('source.not_verified')}"
    legal = rule["legalReference"]
    return {
        "title": words["title"][language],
        "message": message,
        "remedy": words["remedy"][language],
        "legal_reference": LegalShown(title=legal["title"][language], uri=legal.get("uri")),
    }


def fill(template: str, params: Document, texts: Texts) -> str:
    """A rule's message with its parameters, codes said in words; one that is missing stays visible."""
    for name, value in params.items():
        said = ", ".join(_said(one, texts) for one in str(value).split(", "))
        template = template.replace("{" + name + "}", said)
    return template


def _said(value: str, texts: Texts) -> str:
    """A code as a word, a day as people write it, anything else as it is."""
    try:
        return texts.day(date.fromisoformat(value)) if _DAY.fullmatch(value) else texts.named("code", value)
    except ValueError:
        return value
