"""Copies of what the catalog tells: the facts of each version, and whether app and version are still offered."""

from contracts.apps.facts import Facts
from contracts.identifiers import AppId, VersionTag
from contracts.noun import Noun


class KnownVersion(Noun):
    """What the catalog last said about a version. A withdrawn one keeps its verdict, and is not deployed any more."""

    app: AppId
    version: VersionTag
    facts: Facts
    withdrawn: bool = False


class KnownApp(Noun):
    """Whether an app is offered; withdrawn is withdrawn for all its versions."""

    app: AppId
    withdrawn: bool
