"""What compliance tells: its rules, the evidence it took, each verdict that changed and why, each decision."""

from typing import Annotated, Any

from pydantic import Field

from contracts import topics
from contracts.compliance.evidence import EvidenceKind
from contracts.compliance.level import PolicyLevel
from contracts.compliance.rule import Criterion, LegalReference, RuleTexts, RuleVersion
from contracts.compliance.verdict import Params, PolicySet, RuleResult, Score, ScoreChange, Verdict
from contracts.deployments.environment import Environment
from contracts.identifiers import AppId, Code, DeploymentId, EvidenceId, RuleId, Sha256, VersionTag
from contracts.noun import Noun, Time
from contracts.payload import Payload


class RuleEvent(Payload, family=True):
    """An event about one rule."""

    topic = topics.RULES
    data_class = "public"

    rule: RuleId


class RulePublished(RuleEvent):
    """A version of a rule is in force, with its texts in Dutch and English."""

    version: RuleVersion
    criterion: Criterion
    gate: bool
    weight: Annotated[float, Field(gt=0, le=100)]
    texts: RuleTexts
    legal_reference: LegalReference
    blocks_from: PolicyLevel = PolicyLevel.LENIENT
    """The lowest level at which this gate blocks; below it, it warns."""


class RuleRetired(RuleEvent):
    """A rule left the policy set."""


class ComplianceScored(Payload):
    """A verdict about a version changed. `as_of` and the hashes say what it was made from."""

    topic = topics.VERDICTS
    data_class = "public"

    subject: Annotated[str, Field(max_length=128)]
    app: AppId
    version: VersionTag
    score: Score
    criteria: dict[Criterion, Verdict]
    gates: Verdict
    """The worst of the gates: fail, unknown, or pass when none blocks."""
    results: Annotated[tuple[RuleResult, ...], Field(max_length=200)]
    change: ScoreChange
    policy_set: PolicySet
    input_sha256: Sha256
    engine: str
    as_of: Time


class EvidenceEvent(Payload, family=True):
    """An event about one piece of evidence."""

    topic = topics.EVIDENCE

    evidence: EvidenceId


class EvidenceRecorded(EvidenceEvent):
    """Evidence was accepted and counts from now on."""

    app: AppId
    version: VersionTag
    kind: EvidenceKind
    fact: Annotated[dict[str, Any], Field(max_length=16)]


class EvidenceRefused(EvidenceEvent):
    """Evidence was not accepted; the code and its parameters say why."""

    code: Code
    params: Params = {}


class Objection(Noun):
    """One gate that is not met: it decided against a deployment, or warns where the level lets it through."""

    rule: RuleId
    rule_version: RuleVersion
    criterion: Criterion
    verdict: Verdict
    message_code: Code
    params: Params = {}


class DecisionEvent(Payload, family=True):
    """An event about the decision on one generation of one deployment (the context's `generation`)."""

    topic = topics.DECISIONS

    deployment: DeploymentId
    app: AppId
    version: VersionTag
    environment: Environment
    policy_set: PolicySet
    level: PolicyLevel = PolicyLevel.STRICT
    """How strictly it was judged: what the environment was said to be at that moment."""


class DeploymentApproved(DecisionEvent):
    """The gates let it through. `rules` is how many were looked at; `score` is what stood at that moment."""

    rules: int
    score: Score
    warnings: Annotated[tuple[Objection, ...], Field(max_length=50)] = ()
    """Gates that are not met, and would block at a stricter level."""


class DeploymentRejected(DecisionEvent):
    """At least one gate blocks. Each objection names the rule that decided."""

    objections: Annotated[tuple[Objection, ...], Field(min_length=1, max_length=50)]
