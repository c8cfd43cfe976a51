"""What is known about one version of an app, each fact with where it was seen. What is absent is unknown.

The catalog publishes facts, compliance judges them and adds what evidence brings, the app page shows who said so.
The kinds of assurance and the fields are those of `reference` practice: OSAID for licences, GDPR art. 35 for the
pre-scan, the AI Act for the risk category, EN 301 549 for accessibility.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field, StringConstraints, model_validator

from contracts.noun import Noun

Short = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]
V = TypeVar("V")
QUOTE_WORDS = 20


class Assurance(StrEnum):
    """Who says so. Declared caps at `warn` when scored, and takes the place of nothing verified or attested."""

    VERIFIED = "verified"
    ATTESTED = "attested"
    DECLARED = "declared"


class Source(Noun):
    """Where a fact was seen: a repository and path, or an address, the day, and at most 20 words of it."""

    repository: Short | None = None
    path: Short | None = None
    uri: Short | None = None
    seen: date
    quote: Short | None = None

    @model_validator(mode="after")
    def _names_a_place(self) -> "Source":
        if self.uri is None and (self.repository is None or self.path is None):
            message = "a source names a uri, or a repository and a path"
            raise ValueError(message)
        if self.quote is not None and len(self.quote.split()) > QUOTE_WORDS:
            message = f"a quote has at most {QUOTE_WORDS} words"
            raise ValueError(message)
        return self


class Fact(Noun, Generic[V]):
    """One fact. Either it has a value, or it does not apply to this app and the reason says why."""

    value: V | None = None
    not_applicable: Short | None = None
    assurance: Assurance = Assurance.VERIFIED
    source: Source
    valid_until: date | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Fact[V]":
        if (self.value is None) == (self.not_applicable is None):
            message = "a fact has either a value or a reason why it does not apply"
            raise ValueError(message)
        return self


class Telemetry(Noun):
    """What the app reports to its maker by itself."""

    present: bool
    on_by_default: bool = False
    off_switch: Short | None = None


class Endpoint(Noun):
    """A host outside the cluster that the app may call."""

    host: Short
    purpose: Short
    required: bool
    on_by_default: bool


class PersonalData(Noun):
    """The pre-scan for a DPIA of the app's usual use (GDPR art. 35; the nine EDPB criteria of WP248; the AP's list).

    An empty list says that somebody looked and found none; leaving it out would say nothing, so both must be given.
    """

    stores: bool
    edpb_criteria: tuple[Short, ...]
    ap_list: tuple[Short, ...]


class Dpia(Noun):
    """A data protection impact assessment: `concept` or `definitief`, residual risk `laag`, `midden` or `hoog`."""

    status: Literal["concept", "definitief"]
    residual_risk: Literal["laag", "midden", "hoog"]
    dated: date
    ap_advice: Short | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


class AccessibilityStatement(Noun):
    """The Dutch statement of accessibility, status A to E (EN 301 549 v3.2.1)."""

    status: Literal["A", "B", "C", "D", "E"]
    dated: date | None = None
    planned_audit: date | None = None


class AiRisk(Noun):
    """The category under the AI Act for the app's intended use by the deploying organisation, and why."""

    category: Literal["out-of-scope", "minimal", "transparency", "high-risk", "prohibited"]
    because: Short
    articles: tuple[Short, ...] = ()


class Facts(Noun):
    """Every fact the platform knows how to judge or show. A field that is None is unknown."""

    licence_code: Fact[Short] | None = Field(default=None, description="SPDX expression of the code's licence")
    licence_weights: Fact[Short] | None = Field(
        default=None, description="SPDX expression of the model weights' licence"
    )
    licence_data: Fact[Short] | None = Field(default=None, description="SPDX expression of the training data's licence")
    image_public: Fact[bool] | None = Field(default=None, description="the image can be pulled without an account")
    telemetry: Fact[Telemetry] | None = None
    external_endpoints: Fact[tuple[Endpoint, ...]] | None = None
    licence_server: Fact[Literal["none", "optional", "required"]] | None = None
    model_source: Fact[Literal["bundled", "mirrorable", "api-only"]] | None = None
    data_locations: Fact[tuple[Short, ...]] | None = Field(default=None, description="where the app keeps its data")
    personal_data: Fact[PersonalData] | None = None
    dpia: Fact[Dpia] | None = None
    accessibility_statement: Fact[AccessibilityStatement] | None = None
    ai_risk: Fact[AiRisk] | None = None
    ai_disclosure: Fact[bool] | None = Field(
        default=None, description="people are told that they deal with AI (art. 50(1))"
    )
