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
    TROUBLE_SEEN = "trouble-seen"
    """What may become a failure, told while there is hope, with its `cause` and `fault` [those of the cause]."""
    OBJECTS_REMOVED = "objects-removed"
    """Nothing of the deployment is left in the cluster [objects]."""


class Cause(StrEnum):
    """Why a deployment failed. `params` in brackets, `?` where the cluster does not tell; `Fault` says whose turn.

    Each is found by the file of the deployer's doctor that is called after it, or said when nothing could be built.
    """

    IMAGE_NOT_FOUND = "image-not-found"
    """The image can't be pulled [image, message, howToAdd: empty when the cluster is not the sandbox]."""
    CRASH_LOOP = "crash-loop"
    """A container keeps ending [container, exitCode, restarts, lastLine, log: the last lines]."""
    OUT_OF_MEMORY = "out-of-memory"
    """A container used more memory than its limit and was killed [container, limit, exitCode, restarts]."""
    QUOTA_EXCEEDED = "quota-exceeded"
    """The namespace's quota has no room [quota, resource, asked, used, limit]."""
    UNSCHEDULABLE = "unschedulable"
    """No node has room, or none may take it [resource, asked, free, missing, message]."""
    VOLUME_NOT_BOUND = "volume-not-bound"
    """There is no storage for a claim [claim, size, phase, message]."""
    CONFIG_MISSING = "config-missing"
    """A container can't be made: a secret or setting it names is not there [container, missing, message]."""
    NETWORK_BLOCKED = "network-blocked"
    """A container waits for an endpoint that the network policies keep it from: probably that [container, endpoint,
    lastLine, log]."""
    ADMISSION_DENIED = "admission-denied"
    """A policy of the cluster refuses an object [policy, kind, name, message]."""
    API_NOT_SERVED = "api-not-served"
    """The cluster does not know this version of an API (any more) [api, kind, name]."""
    API_DEPRECATED = "api-deprecated"
    """Nothing failed: the cluster took an object and warned that this version of its API will go [api, kind, name,
    message]."""
    MANIFEST_INVALID = "manifest-invalid"
    """It can't be built, or the cluster refused an object [kind, name, field when known, message]."""
    PROBE_FAILED = "probe-failed"
    """The app runs and does not become ready [container, probe, path, answer]."""
    REVISION_UNKNOWN = "revision-unknown"
    """The revision to go back to never was, or is no longer kept [revision, newest]."""
    VERSION_QUARANTINED = "version-quarantined"
    """The version failed here before, and this request does not ask for it by name [failed, revision, because]."""
    PODS_UNAVAILABLE = "pods-unavailable"
    """Pods that ran are gone or cut off: evicted, or their node does not answer [ready, wanted, pod, node, message]."""
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
