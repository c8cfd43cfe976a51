"""A team, by id; the slug is only how people read it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Team:
    """A team that owns deployments."""

    id: str
    """UUID, as events carry it."""
    slug: str


@dataclass(frozen=True)
class Platform:
    """What belongs to no team: the catalog, evidence, reviews."""


PLATFORM = Platform()
