"""The shape of a rule's file, checked strictly, so that a slip of the pen is named by file and field.

A person who is no programmer writes these files; README.md explains the format. Before it: YAML text; after it: a
`Rule` of the domain.
"""

import re
from typing import Annotated, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from contracts.compliance.evidence import EvidenceKind
from contracts.compliance.level import PolicyLevel
from contracts.compliance.rule import Criterion, LegalReference, RuleTexts, RuleVersion
from contracts.compliance.verdict import Verdict
from contracts.identifiers import Code, RuleId
from contracts.noun import Sentence, Text
from services.compliance.domain.policy import Case, Rule
from services.compliance.domain.verdict import STANDARD_CODES

_READS = re.compile(r"\b(?:facts|notApplicable)\b(?:\.(\w+))?")
_PLACE = re.compile(r"\{(\w+)\}")
_STANDARD_PARAMS = {"facts", "day", "fact"}

Expression = Annotated[str, StringConstraints(min_length=1)]
FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][A-Za-z]{1,40}$")]


class StrictFile(BaseModel):
    """A part of a file: nothing beyond its fields, nothing converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=False)


class TextInFile(StrictFile):
    """One text in both languages."""

    nl: Sentence
    en: Sentence

    def to_text(self) -> Text:
        """The text as it travels."""
        return Text(nl=self.nl, en=self.en)


class TextsInFile(StrictFile):
    """What people read about a rule."""

    title: TextInFile
    messages: Annotated[dict[Code, TextInFile], Field(max_length=16)]
    remedy: TextInFile


class LegalReferenceInFile(StrictFile):
    """The law, standard or policy a rule stands on."""

    title: TextInFile
    uri: Sentence | None = None


class CaseInFile(StrictFile):
    """One row: `verdict`, `when`, `message`, and what fills the message."""

    verdict: Literal["pass", "warn", "fail", "unknown", "n/a"]
    when: Expression
    message: Code
    params: Annotated[dict[str, Expression], Field(max_length=8)] = {}
    reason_of: FactName | None = None


class RuleInFile(StrictFile):
    """A rule as it lies in `policies/<criterion>/<id>.yaml`."""

    id: RuleId
    version: RuleVersion
    criterion: Criterion
    gate: bool
    weight: Annotated[float, Field(gt=0, le=100)]
    needs: Annotated[tuple[FactName, ...], Field(min_length=1, max_length=8)]
    may_use: Annotated[tuple[FactName, ...], Field(max_length=8)] = ()
    cases: Annotated[tuple[CaseInFile, ...], Field(min_length=1, max_length=12)]
    texts: TextsInFile
    legal_reference: LegalReferenceInFile
    blocks_from: PolicyLevel = PolicyLevel.LENIENT

    @model_validator(mode="after")
    def _only_a_gate_blocks(self) -> "RuleInFile":
        if not self.gate and "blocks_from" in self.model_fields_set:
            _refuse("blocksFrom: only a gate blocks")
        return self

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "RuleInFile":
        known = {kind.value for kind in EvidenceKind}
        declared = {*self.needs, *self.may_use}
        for name in sorted(declared - known):
            _refuse(f"needs/mayUse: there is no fact called {name}")
        for number, case in enumerate(self.cases):
            where = f"cases.{number}"
            for text in (case.when, *case.params.values()):
                for name in _READS.findall(text):
                    if name not in declared:
                        _refuse(f"{where}: reads {name or 'all facts'}, which needs and mayUse do not list")
            if case.reason_of is not None and (case.verdict != "n/a" or case.reason_of not in declared):
                _refuse(f"{where}.reasonOf: only for n/a, and only a fact this rule uses")
            if case.message in STANDARD_CODES:
                _refuse(f"{where}.message: {case.message} is given by the platform itself")
            if case.message not in self.texts.messages:
                _refuse(f"{where}.message: texts.messages has no {case.message}")
            _check_places(where, self.texts.messages[case.message], set(case.params))
        used = {case.message for case in self.cases} | set(STANDARD_CODES)
        for code in sorted(set(self.texts.messages) - used):
            _refuse(f"texts.messages.{code}: no case gives this message")
        return self

    def to_rule(self) -> Rule:
        """The rule as the domain knows it."""
        return Rule(
            id=self.id,
            version=self.version,
            criterion=self.criterion,
            gate=self.gate,
            weight=self.weight,
            needs=self.needs,
            may_use=self.may_use,
            cases=tuple(
                Case(Verdict(case.verdict), case.when, case.message, case.params, case.reason_of) for case in self.cases
            ),
            texts=RuleTexts(
                title=self.texts.title.to_text(),
                remedy=self.texts.remedy.to_text(),
                messages={code: text.to_text() for code, text in self.texts.messages.items()},
            ),
            legal_reference=LegalReference(title=self.legal_reference.title.to_text(), uri=self.legal_reference.uri),
            blocks_from=self.blocks_from,
        )


class SetInFile(StrictFile):
    """`policies/policy-set.yaml`: the version of the set, and the messages every rule shares."""

    version: Sentence
    messages: dict[Code, TextInFile]

    @model_validator(mode="after")
    def _has_every_standard_message(self) -> "SetInFile":
        for code in STANDARD_CODES:
            if code not in self.messages:
                _refuse(f"messages: {code} is missing")
        for code, text in self.messages.items():
            if code not in STANDARD_CODES:
                _refuse(f"messages.{code}: the platform never gives this message")
            _check_places(f"messages.{code}", text, _STANDARD_PARAMS)
        return self


def _check_places(where: str, text: TextInFile, params: set[str]) -> None:
    for language in (text.nl, text.en):
        for place in _PLACE.findall(language):
            if place not in params:
                _refuse(f"{where}: the message says {{{place}}}, and nothing fills it")


def _refuse(problem: str) -> NoReturn:
    raise ValueError(problem)
