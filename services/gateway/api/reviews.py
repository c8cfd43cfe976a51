"""Reviews: what people say about an app, with the proof of use that the events give."""

import re
from typing import Annotated, Any
from unicodedata import category

from fastapi import APIRouter
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chassis.ledger import new_id
from contracts.community.requests import ReviewSubmitted
from contracts.people import Personal
from services.gateway.accept.submit import About, submit
from services.gateway.api.accepting import Accepting
from services.gateway.api.apps import find_app
from services.gateway.api.asking import (
    Anybody,
    TextsOf,
    WorldOf,
    anywhere,
    team_named,
)
from services.gateway.api.deadline import decide_by
from services.gateway.api.operations import OperationShown
from services.gateway.api.problems import Problem
from services.gateway.api.shapes import Shown, Taken
from services.gateway.api.timeline import Actor, actor_shown
from services.gateway.identity.permissions import Permission
from services.gateway.identity.person import Person
from services.gateway.identity.person_key import NoPlatformKey
from services.gateway.identity.team import Team
from services.gateway.locales.texts import Texts
from services.gateway.ports import World

router = APIRouter(tags=["reviews"])


LARGEST_TEXT = 12_000
"""Bytes; what still fits a `Personal` field once it is locked."""
_LINE_END = re.compile("\r\n?")
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters (C0 but tab and line feed, DEL, C1), and what turns the order of other letters around (UAX 9)."""


def _only_text(text: str) -> str:
    """Takes away what nobody sees and what could make a page or terminal show something else.

    Removed and not refused: an author can't find an invisible character, and pasting brings them along. The marks
    U+200E, U+200F and U+061C and the joiners stay: right-to-left scripts and emoji need them, and they turn no letters.
    HTML stays what was typed; whoever shows it escapes it.
    """
    kept = _UNWANTED.sub("", _LINE_END.sub("\n", text)).strip()
    if not any(_is_seen(letter) for letter in kept):
        message = "nothing to read"
        raise PydanticCustomError("string_too_short", message, {"text": "review.empty"})
    return kept


def _is_seen(letter: str) -> bool:
    return not letter.isspace() and category(letter) != "Cf"


def _must_fit(text: str) -> str:
    if len(text.encode()) > LARGEST_TEXT:
        message = "at most {count} bytes"
        raise PydanticCustomError("string_too_long", message, {"text": "review.too_large", "count": LARGEST_TEXT})
    return text


class ReviewTaken(Taken):
    """A rating of 1 to 5 and what somebody has to say; `team` when the author is in several.

    The text is plain text: control characters and those that turn the direction of letters are taken out of it.
    """

    rating: Annotated[int, Field(ge=1, le=5)]
    text: Annotated[
        str,
        StringConstraints(min_length=1, max_length=4000, strip_whitespace=True),
        AfterValidator(_only_text),
        AfterValidator(_must_fit),
    ]
    team: Annotated[str | None, Field(max_length=63)] = None


class ProofShown(Shown):
    """What the events say about the author's team running the app."""

    versions: list[str]
    environments: list[str]
    since: str
    seconds: int
    running: bool


class ReviewShown(Shown):
    """A review; without a text, and by a former member, when its author's key is gone."""

    id: str
    app: str
    rating: int
    text: str | None
    author: Actor
    written_at: str
    proof: ProofShown | None


class ReviewList(Shown):
    """Reviews, newest first."""

    items: list[ReviewShown]
    next: str | None = None


@router.post(
    "/apps/{name}/reviews", status_code=202, operation_id="submitReview", summary="Say what you think of an app"
)
async def submit_review(
    name: str,
    review: ReviewTaken,
    accepting: Accepting,
) -> OperationShown:
    """Accept a review. The text travels locked with its author's key."""
    if accepting.earlier is not None:
        return await accepting.answer(accepting.earlier)
    person, world = accepting.person, accepting.world
    anywhere(person, Permission.WRITE_REVIEW)
    app = await find_app(name, world.models)
    team = _team(person, review.team)
    try:
        text = await world.keys.lock(person.id, review.text)
    except NoPlatformKey as error:
        raise Problem("not-now", what="reviews") from error
    payload = ReviewSubmitted(
        review=new_id(),
        app=app["id"],
        rating=review.rating,
        text=text,
        decide_by=decide_by(world),
    )
    wish = accepting.asked(team)
    operation = await submit(payload, About("review", app["id"], name), wish, world.performer)
    return await accepting.answer(operation)


@router.get("/apps/{name}/reviews", operation_id="listReviews", summary="What people say about an app")
async def list_reviews(name: str, world: WorldOf, person: Anybody, texts: TextsOf) -> ReviewList:
    """Published reviews, newest first."""
    anywhere(person, Permission.READ_CATALOG)
    app = await find_app(name, world.models)
    reviews = await world.models.reviews(app["id"])
    return ReviewList(items=[await shown_review(found, world, texts) for found in reviews])


async def shown_review(found: dict[str, Any], world: World, texts: Texts) -> ReviewShown:
    """A review unlocked for reading."""
    text = await world.keys.unlock(Personal.model_validate(found["text"]))
    name = await world.names.of(found["author"]) if text is not None else None
    proof = ProofShown.model_validate(found["proof"]) if found.get("proof") else None
    return ReviewShown(
        id=found["_id"],
        app=found["app"],
        rating=found["rating"],
        text=text,
        author=actor_shown(found["author"], name, texts),
        written_at=found["at"],
        proof=proof,
    )


def _team(person: Person, slug: str | None) -> Team | None:
    """The team whose use of the app counts as proof: the one named, else the only one."""
    teams = person.teams()
    if slug is None and len(teams) != 1:
        return None
    team = team_named(person, slug)
    return next((one for one in teams if one.id == team), None)
