"""What a container asks of its node: one of three sizes, or amounts.

A size becomes amounts when a description is read, so that what was published stays what it was when the table changes.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from contracts.apps.values import ByteQuantity, CpuQuantity
from contracts.noun import Noun

Size = Literal["S", "M", "L"]
SIZES: dict[Size, dict[str, str]] = {
    "S": {"cpu": "250m", "memory": "512Mi"},
    "M": {"cpu": "1", "memory": "2Gi"},
    "L": {"cpu": "4", "memory": "8Gi"},
}
"""A small web application; one with a database or an index of its own; one that computes."""


class Resources(Noun):
    """What a container asks of its node; its memory limit equals the request, so that nobody is evicted by surprise.

    With a size, only what differs from it has to be named.
    """

    cpu: CpuQuantity
    memory: ByteQuantity
    gpu: Annotated[int, Field(ge=0, le=16)] = 0
    size: Size | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in_size(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.get("size") not in SIZES:
            return given
        return {**SIZES[given["size"]], **given}
