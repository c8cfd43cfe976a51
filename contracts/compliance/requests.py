"""What the gateway passes on to compliance."""

from typing import Annotated, Any

from pydantic import Field

from contracts import topics
from contracts.compliance.evidence import EvidenceKind
from contracts.identifiers import AppId, EvidenceId, VersionTag
from contracts.noun import Time
from contracts.payload import Payload


class EvidenceSubmitted(Payload):
    """Somebody brings a fact about a version. `fact` has the shape of the field `kind` of Facts."""

    topic = topics.EVIDENCE_REQUESTS

    evidence: EvidenceId
    app: AppId
    version: VersionTag
    kind: EvidenceKind
    fact: Annotated[dict[str, Any], Field(max_length=16)]
    decide_by: Time
