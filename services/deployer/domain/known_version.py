"""What the catalog said about a version, as far as the deployer needs it: how it is built."""

from contracts.apps.spec import AppSpec
from contracts.identifiers import AppId, VersionTag
from contracts.noun import Noun


class KnownVersion(Noun):
    """One version of one app. A withdrawn one goes on running, and nothing new is deployed from it."""

    app: AppId
    version: VersionTag
    spec: AppSpec
