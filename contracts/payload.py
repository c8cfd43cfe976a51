"""What a message carries: one class per type of event, bound to its topic, found by its CloudEvents type.

The type of the class `DeploymentRequested` is `nl.appstore.deployment.requested.v1`: reverse domain, one version, no
organisation names (NL GOV profile for CloudEvents). The registry fills itself as classes are made.
"""

import re
from typing import Any, ClassVar, Literal

from contracts.noun import Noun
from contracts.topics import Topic

_WORDS = re.compile(r"[A-Z][a-z0-9]*")


class Payload(Noun):
    """The data of one type of event. A subclass names its topic, its version and who may see it."""

    topic: ClassVar[Topic]
    type_version: ClassVar[int] = 1
    data_class: ClassVar[Literal["public", "internal", "personal"]] = "internal"
    registry: ClassVar[dict[str, type["Payload"]]] = {}

    def __init_subclass__(cls, *, family: bool = False, **kwargs: Any) -> None:
        """Register every class that travels; a `family` only holds what its members share."""
        super().__init_subclass__(**kwargs)
        if not family:
            Payload.registry[cls.type_name()] = cls

    @classmethod
    def type_name(cls) -> str:
        """The CloudEvents type made from the class name."""
        noun, *verb = (word.lower() for word in _WORDS.findall(cls.__name__))
        return f"nl.appstore.{noun}.{'-'.join(verb)}.v{cls.type_version}"

    @property
    def key(self) -> str:
        """The Kafka key and CloudEvents subject."""
        return str(getattr(self, self.topic.key))
