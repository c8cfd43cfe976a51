"""How every answer of the API is read: frozen, by its names on the wire, and without minding what is new.

A newer platform may add properties and status words; an older client must keep working (DESIGN: the client is checked
against the gateway's OpenAPI document, not against its code). So unknown properties are ignored and words stay text.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, PrivateAttr
from pydantic.alias_generators import to_camel


class ApiModel(BaseModel):
    """One object of the API."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> Self:
        """Return the object; raises pydantic's ValidationError when a property this client needs is missing."""
        model = cls.model_validate(payload)
        model._raw = dict(payload)  # noqa: SLF001 - its own, in a class method
        return model

    @property
    def raw(self) -> dict[str, Any]:
        """The JSON exactly as the API sent it, with what this client does not know."""
        return self._raw


Item = TypeVar("Item", bound=ApiModel)


class Page(Generic[Item]):
    """A part of a list; `next` is the cursor of the part after it, or None."""

    def __init__(self, items: tuple[Item, ...], following: str | None) -> None:
        self.items = items
        self.next = following

    def __iter__(self) -> Iterator[Item]:
        """Go through the items."""
        return iter(self.items)

    def __len__(self) -> int:
        """Return how many items this part has."""
        return len(self.items)

    @property
    def raw(self) -> dict[str, Any]:
        """The JSON as the API sends lists."""
        return {"items": [item.raw for item in self.items], "next": self.next}
