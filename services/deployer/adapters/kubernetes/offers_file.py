"""The file that says which environments a real cluster has, and what each offers: a domain, a quota, how strict it is.

`facts.py` asks it each time it reads the cluster; one list says both, so that no second one must agree with it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import structlog
from pydantic import BaseModel, ConfigDict, Field

from chassis.yaml_file import YamlFileError, read_yaml_file
from contracts.clusters.offer import Offer
from contracts.identifiers import DnsLabel

log = structlog.get_logger(__name__)


class Offers(BaseModel):
    """The file: environment → what it offers, as `offers` of the simulated cluster's file."""

    model_config = ConfigDict(frozen=True)

    offers: Annotated[dict[DnsLabel, Offer], Field(min_length=1, max_length=20)]


class OffersFile:
    """What the file says now; while an edit is wrong, the last good one counts."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises YamlFileError: without a first good one there are no environments."""
        self._path = path
        self._offers = read_yaml_file(Offers, path).offers

    def current(self) -> Mapping[str, Offer]:
        """What each environment offers, in the order of the file."""
        try:
            self._offers = read_yaml_file(Offers, self._path).offers
        except YamlFileError as error:
            log.warning("offers file not usable, the last good one counts", reason=str(error))
        return self._offers


class NothingOffered:
    """Environments that the settings name, and that offer nothing."""

    def __init__(self, environments: tuple[str, ...]) -> None:
        self._offers = {name: Offer() for name in environments}

    def current(self) -> Mapping[str, Offer]:
        """The same always."""
        return self._offers
