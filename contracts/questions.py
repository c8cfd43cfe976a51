"""Questions and their answers: what the gateway asks while a person waits (DESIGN, rule 11). They change nothing.

A question travels on `gateway.questions`, its answer on `<service>.answers`; both are short and in no ledger. A
question whose `deadline` passed is dropped; nothing is held, tried again or remembered. Each question is a subclass of
`Question` beside the nouns it is about (`contracts/*/questions.py`) and names the noun that answers it.
"""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from contracts import topics
from contracts.identifiers import Code, QuestionId, Uuid
from contracts.noun import Noun, Time
from contracts.payload import Payload
from contracts.refusals import Refusal
from contracts.topics import Topic

PIECE_CHARACTERS = 15_000
"""Longest text of an answer in one message. Four bytes a character at most, so a message stays under 64 KB."""

MOST_PIECES = 100
"""An answer that needs more messages is not given."""

Param = str | int | float | bool


class Question(Payload, family=True):
    """What every question has: its id, until when somebody waits for the answer, and what answers it.

    Asked again under the same id with a later `deadline` it is renewed: an answer in several parts goes on until then.
    Who asks (team, roles) stands in the envelope.
    """

    topic = topics.QUESTIONS
    answered_on: ClassVar[Topic] = topics.ANSWERS["deployer"]
    answer: ClassVar[type[Noun]]

    question: QuestionId
    deadline: Time


class Refused(Noun):
    """Why there is no answer: a code with parameters, as everywhere."""

    code: Code
    params: dict[str, Param] = {}


class AnswerTold(Payload):
    """A piece of an answer, or that there is none.

    The pieces of one answer, joined in the order of their numbers up to one without `more`, are the JSON of the noun
    that the question names. Number 0 says only that the answer is still being given.
    """

    topic = topics.ANSWERS["deployer"]

    question: QuestionId
    answering: Uuid
    """One try of one replica; pieces of different ones are never joined."""
    number: Annotated[int, Field(ge=0)]
    text: Annotated[str, StringConstraints(max_length=PIECE_CHARACTERS)] = ""
    more: bool = False
    """The next number continues this text."""
    ended: bool = False
    """Nothing follows."""
    refusal: Refused | None = None


class NoAnswerInTime(Refusal):
    """Nobody answered before the deadline: the service that knows is away or too busy."""

    code = "no-answer-in-time"


class NoAnswerPossible(Refusal):
    """The service that knows tried, and failed for a reason that is nobody's business outside."""

    code = "no-answer-possible"


class AnswerableLater(Refusal):
    """What the answer needs is away or not known yet, and nobody is to blame."""

    code = "not-now"


class AnswerTooLarge(Refusal):
    """The answer is larger than what may travel."""

    code = "answer-too-large"


class TooManyQuestions(Refusal):
    """One person waits for too many answers at once."""

    code = "too-many-questions"


class AnsweringIsBusy(Refusal):
    """Too many questions are being answered at once for everybody."""

    code = "answering-is-busy"
