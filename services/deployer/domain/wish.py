"""What should be of one deployment, read in one moment: what a reconcile acts on, and compares with when it tells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.deployer.domain.deployment import Deployment
from services.deployer.domain.desired import Desired
from services.deployer.domain.health import Failure
from services.deployer.domain.known_request import KnownRequest


@dataclass(frozen=True, slots=True)
class Wish:
    """`desired` is None when nothing should be there; `refusal` says why the Secret can't be built."""

    request: KnownRequest
    state: Deployment | None
    desired: Desired | None = None
    secret: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    refusal: Failure | None = None
