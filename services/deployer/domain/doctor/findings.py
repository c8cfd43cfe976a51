"""Every finding there is, the most telling first: what is certain and comes first is what people are told.

Called by rollout.py with each look. A new finding is a file beside this one, named after its cause, and a row here.
"""

from collections.abc import Callable, Iterator

from services.deployer.domain.doctor.admission_denied import admission_denied
from services.deployer.domain.doctor.api_deprecated import api_deprecated
from services.deployer.domain.doctor.config_missing import config_missing
from services.deployer.domain.doctor.crash_loop import crash_loop
from services.deployer.domain.doctor.image_not_found import image_not_found
from services.deployer.domain.doctor.network_blocked import network_blocked
from services.deployer.domain.doctor.out_of_memory import out_of_memory
from services.deployer.domain.doctor.pods_unavailable import pods_unavailable
from services.deployer.domain.doctor.probe_failed import probe_failed
from services.deployer.domain.doctor.progress_deadline_exceeded import progress_deadline_exceeded
from services.deployer.domain.doctor.quota_exceeded import quota_exceeded
from services.deployer.domain.doctor.unschedulable import unschedulable
from services.deployer.domain.doctor.volume_not_bound import volume_not_bound
from services.deployer.domain.health import Finding, Look

FINDINGS: tuple[Callable[[Look], Iterator[Finding]], ...] = (
    quota_exceeded,
    admission_denied,
    volume_not_bound,
    unschedulable,
    image_not_found,
    config_missing,
    out_of_memory,
    network_blocked,
    crash_loop,
    probe_failed,
    pods_unavailable,
    progress_deadline_exceeded,
    api_deprecated,
)


def findings(look: Look) -> Iterator[Finding]:
    """What is wrong, and what may become so."""
    for find in FINDINGS:
        yield from find(look)
