"""How many pods run, when their number follows the load."""

from typing import Annotated

from pydantic import Field, model_validator

from contracts.noun import Noun


class Autoscaling(Noun):
    """Between `minimum` and `maximum` pods, so that they use `target_cpu_percent` of the CPU they ask for."""

    minimum: Annotated[int, Field(ge=1, le=20)] = 1
    maximum: Annotated[int, Field(ge=1, le=50)]
    target_cpu_percent: Annotated[int, Field(ge=10, le=100)] = 80

    @model_validator(mode="after")
    def _has_room(self) -> "Autoscaling":
        if self.minimum > self.maximum:
            message = "the minimum is more than the maximum"
            raise ValueError(message)
        return self
