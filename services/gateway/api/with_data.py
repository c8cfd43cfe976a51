"""Taking the data of a deployment away: only for who repeats its name, because nobody gets it back.

Before it: DELETE on a deployment. After it: the removal, which says that the data goes too.
"""

from typing import Annotated

from fastapi import Query

from services.gateway.api.problems import Problem
from services.gateway.api.shapes import FieldError

WithData = Annotated[
    str | None,
    Query(alias="withData", max_length=63, description="The deployment's name, when its data has to go too"),
]


def must_be_named(with_data: str | None, name: str) -> None:
    """Raises invalid-fields when the data is to go and the name is another."""
    if with_data is not None and with_data != name:
        wrong = FieldError("withData", "not-the-name", "with_data.not_the_name", {"name": name})
        raise Problem("invalid-fields", errors=[wrong])
