"""Proof of use: what the events say about an author's team having run the app."""

from contracts.identifiers import DnsLabel, VersionTag
from contracts.noun import Noun, Time


class ProofOfUse(Noun):
    """The author's team ran the app: which versions, where, since when, how many seconds in all, and whether still."""

    versions: tuple[VersionTag, ...]
    environments: tuple[DnsLabel, ...]
    since: Time
    seconds: int
    running: bool
