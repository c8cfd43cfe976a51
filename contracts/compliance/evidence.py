"""Evidence: a fact that somebody brings about an app's version, with its source, judged like any other fact."""

from enum import StrEnum

from contracts.refusals import Refusal


class EvidenceKind(StrEnum):
    """The facts that evidence can bring: the fields of `contracts.apps.facts.Facts`, by their names on the wire."""

    LICENCE_CODE = "licenceCode"
    LICENCE_WEIGHTS = "licenceWeights"
    LICENCE_DATA = "licenceData"
    IMAGE_PUBLIC = "imagePublic"
    TELEMETRY = "telemetry"
    EXTERNAL_ENDPOINTS = "externalEndpoints"
    LICENCE_SERVER = "licenceServer"
    MODEL_SOURCE = "modelSource"
    DATA_LOCATIONS = "dataLocations"
    PERSONAL_DATA = "personalData"
    DPIA = "dpia"
    ACCESSIBILITY_STATEMENT = "accessibilityStatement"
    AI_RISK = "aiRisk"
    AI_DISCLOSURE = "aiDisclosure"


class EvidenceIsNotThatKind(Refusal):
    """The fact in the evidence is not shaped as its kind asks."""

    code = "evidence-is-not-that-kind"


class EvidenceHasExpired(Refusal):
    """The evidence was valid until a day that has passed."""

    code = "evidence-has-expired"


class EvidenceWeakerThanKnown(Refusal):
    """What is known of that kind is better assured, or has a value where the evidence says it does not apply."""

    code = "evidence-weaker-than-known"


class EvidenceAboutNothingKnown(Refusal):
    """The app or version the evidence is about never appeared in time."""

    code = "evidence-about-nothing-known"
