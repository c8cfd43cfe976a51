"""What is wrong with a file's fields, in words its author can act on: which field, why, what is allowed there.

The contracts read tolerantly, because messages outlive their writers; files are written by people, so here an unknown
field is an error that names the fields there are.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from services.catalog.domain.folder import Problem

M = TypeVar("M", bound=BaseModel)
PROBLEMS_PER_FILE = 20
Location = tuple[int | str, ...]


def check(model: type[M], data: object, file: str) -> M | list[Problem]:
    """The model, or at most 20 problems. Fields have their wire names; unknown ones are refused."""
    try:
        return model.model_validate(data, extra="forbid", by_alias=True, by_name=False)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        places = [problem["loc"] for problem in found]
        causes = [problem for problem in found if not _explained_inside(problem["loc"], places)]
        return [_problem(model, problem, file) for problem in causes[:PROBLEMS_PER_FILE]]


def _explained_inside(place: Location, places: list[Location]) -> bool:
    """Whether something inside this place is wrong too: a list misses items because an item is wrong."""
    return any(len(other) > len(place) and other[: len(place)] == place for other in places)


def _problem(model: type[BaseModel], error: Any, file: str) -> Problem:
    place: Location = error["loc"]
    field = ".".join(str(part) for part in place)
    if error["type"] == "extra_forbidden":
        return Problem(file, field, "this field does not exist", _meant(str(place[-1]), _fields_at(model, place[:-1])))
    if error["type"] == "missing":
        return Problem(file, field, "this field is missing", "Add it.")
    if error["type"] == "string_type":
        return Problem(file, field, "this has to be text", 'Put it between quotes, such as "1.10".')
    return Problem(file, field, str(error["msg"]).removeprefix("Value error, "), "Correct the value.")


def _meant(wrong: str, allowed: list[str]) -> str:
    close = get_close_matches(wrong, allowed, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"{hint}Allowed here: {', '.join(allowed) or 'nothing'}."


def _fields_at(model: type[BaseModel], place: Location) -> list[str]:
    """The wire names of the fields that a place in the file may have."""
    here: Iterable[type[BaseModel]] = (model,)
    for part in place:
        if isinstance(part, str):
            here = [
                inner
                for outer in here
                for name, field in outer.model_fields.items()
                if part in (field.alias, name)
                for inner in _models_in(field.annotation)
            ]
    return sorted({field.alias or name for one in here for name, field in one.model_fields.items()})


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]
