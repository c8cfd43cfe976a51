"""The kinds of value a description is made of. Bounds are those of Kubernetes or stricter.

`spec.py` is where a description begins.
"""

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

CpuQuantity = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}m$|^[0-9]{1,3}(\.[0-9]{1,3})?$")]
ByteQuantity = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,5}(Ki|Mi|Gi|Ti)$")]
ImageReference = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9][a-z0-9./:_-]{0,180}[a-zA-Z0-9](:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?$"
    ),
]
ImageDigest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
EnvValue = Annotated[str, StringConstraints(max_length=4096)]
Argument = Annotated[str, StringConstraints(max_length=1024)]
MountPath = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._/-]{1,255}$")]
PortNumber = Annotated[int, Field(ge=1, le=65535)]
UserNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
DataKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$")]
"""A key in a Secret or ConfigMap."""


def _must_be_network(text: str) -> str:
    """A network outside the cluster's own machines: link-local addresses serve credentials of the cloud."""
    network = ip_network(text)
    if network.is_link_local or network.is_loopback or network.is_multicast:
        message = "this network belongs to the machine itself"
        raise ValueError(message)
    return str(network)


Cidr = Annotated[str, StringConstraints(max_length=43), AfterValidator(_must_be_network)]
"""A network such as 192.0.2.0/24, with no bits set behind the prefix."""
