"""Every step, outcome and cause the deployer can name, one sentence each. A closed vocabulary."""

from enum import StrEnum


class Step(StrEnum):
    """What happened on the way to healthy. `params` in brackets."""

    OBJECTS_APPLIED = "objects-applied"
    """The manifest stands in the cluster [objects]."""
    POD_SCHEDULED = "pod-scheduled"
    """A node was found for a pod [pod, node]."""
    IMAGE_PULLING = "image-pulling"
    """A node began to fetch an image [pod, image, mebibytes when known]."""
    IMAGE_PULLED = "image-pulled"
    """The image is on the node [pod, image]."""
    POD_STARTED = "pod-started"
    """The containers of a pod run [pod]."""
    POD_READY = "pod-ready"
    """A pod answers its readiness probe [pod, ready, wanted]."""
    POD_UNSCHEDULABLE = "pod-unschedulable"
    """No node can take a pod yet [pod, resource, asked, free]."""
    POD_RESTARTED = "pod-restarted"
    """A container ended and was started again [pod, restarts, exitCode]."""
    OBJECTS_REMOVED = "objects-removed"
    """Nothing of the deployment is left in the cluster [objects]."""


class Cause(StrEnum):
    """Why a deployment failed. `params` in brackets; `Fault` says whose turn it is."""

    IMAGE_NOT_FOUND = "image-not-found"
    """The registry does not know the image [image, howToAdd: empty when the cluster is not the sandbox]."""
    CRASH_LOOP = "crash-loop"
    """A container keeps ending [container, exitCode, restarts, lastLine]."""
    QUOTA_EXCEEDED = "quota-exceeded"
    """The namespace's quota has no room [resource, asked, used, limit]."""
    UNSCHEDULABLE = "unschedulable"
    """No node has room [resource, asked, free]."""
    MANIFEST_INVALID = "manifest-invalid"
    """It can't be built, or the cluster refused an object [kind, name, field when known, message]."""
    PROBE_FAILED = "probe-failed"
    """The app runs and does not become ready [container, path, answer]."""
    REVISION_UNKNOWN = "revision-unknown"
    """The revision to go back to never was, or is no longer kept [revision, newest]."""
    PROGRESS_DEADLINE_EXCEEDED = "progress-deadline-exceeded"
    """It took longer than the deadline [seconds, ready, wanted]."""


class Fault(StrEnum):
    """Whose turn it is to act."""

    APP = "app"
    CONFIGURATION = "configuration"
    PLATFORM = "platform"
    DEPENDENCY = "dependency"


class ClosedOutcome(StrEnum):
    """Why a generation ended and left what ran before it."""

    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    UNDECIDED = "undecided"
    CANCELLED = "cancelled"
    TOO_LATE = "too-late"
    """A cancel came after the end of what it would stop."""
