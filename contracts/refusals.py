"""The base of every error a person can act on.

A use case raises a subclass that lives beside the rule it speaks for. On HTTP the gateway turns the code into a
problem; on a Kafka message the owner records its own event (DESIGN: never a hold).
"""

from collections.abc import Mapping

Params = Mapping[str, str | int | float | bool]


class Refusal(Exception):  # noqa: N818 - the domain's word
    """Something was asked that will not be done, and why.

    `code` is stable kebab-case; `params` fill the sentence that the reader's language has for it.
    """

    code: str = "refused"

    def __init__(self, **params: str | float | bool) -> None:
        super().__init__(self.code, params)
        self.params: dict[str, str | int | float | bool] = dict(params)
