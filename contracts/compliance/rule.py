"""What a rule of the policy set is, as readers need it: its texts travel once per version, here and nowhere else."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.identifiers import Code
from contracts.noun import Noun, Sentence, Text


class Criterion(StrEnum):
    """The five criteria, in the order they are always shown."""

    OPEN_SOURCE = "open-source"
    DPIA = "dpia"
    ACCESSIBILITY = "accessibility"
    AI_RISK = "ai-risk"
    SELF_HOST = "self-host"


class LegalReference(Noun):
    """The law, standard or policy a rule stands on."""

    title: Text
    uri: Sentence | None = None


class RuleTexts(Noun):
    """What people read: the rule as a sentence, one message per code, and what would raise the verdict."""

    title: Text
    messages: Annotated[dict[Code, Text], Field(max_length=16)]
    remedy: Text


RuleVersion = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+){0,2}$")]
