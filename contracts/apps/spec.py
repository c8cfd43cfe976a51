"""The short description from which the deployer builds Kubernetes objects. Part of each published version.

Bounds are those of Kubernetes or stricter; nothing here can name a namespace, a cluster or a host.
"""

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.identifiers import DnsLabel
from contracts.noun import Noun, Text

CpuQuantity = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}m$|^[0-9]{1,3}(\.[0-9]{1,3})?$")]
ByteQuantity = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,5}(Ki|Mi|Gi|Ti)$")]
ImageReference = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9][a-z0-9./:_-]{0,180}[a-zA-Z0-9](:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?$"
    ),
]
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
EnvValue = Annotated[str, StringConstraints(max_length=4096)]
MountPath = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._/-]{1,255}$")]
PortNumber = Annotated[int, Field(ge=1, le=65535)]
UserNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", re.ASCII)


class Port(Noun):
    """A TCP port a container listens on. `public` ones are reached through the app's address."""

    name: DnsLabel
    number: PortNumber
    public: bool = False


class Resources(Noun):
    """What a container asks of its node; its memory limit equals the request, so that nobody is evicted by surprise."""

    cpu: CpuQuantity
    memory: ByteQuantity
    gpu: Annotated[int, Field(ge=0, le=16)] = 0


class Probe(Noun):
    """How readiness is asked: by HTTP when there is a path, else by opening the port."""

    port: DnsLabel
    path: Annotated[str, StringConstraints(pattern=r"^/[\x21-\x7e]{0,255}$")] | None = None
    period_seconds: Annotated[int, Field(ge=1, le=300)] = 5


class Mount(Noun):
    """Where a container sees a volume."""

    volume: DnsLabel
    path: MountPath


class Volume(Noun):
    """Storage: persistent data that survives the pod, or scratch space that does not."""

    name: DnsLabel
    size: ByteQuantity
    persistent: bool = True


class Container(Noun):
    """One container. It runs as `user`, never as root (Pod Security Standards, restricted)."""

    name: DnsLabel
    image: ImageReference
    args: Annotated[tuple[Annotated[str, StringConstraints(max_length=1024)], ...], Field(max_length=32)] = ()
    env: Annotated[dict[EnvName, EnvValue], Field(max_length=64)] = {}
    ports: Annotated[tuple[Port, ...], Field(max_length=16)] = ()
    resources: Resources
    readiness: Probe | None = None
    mounts: Annotated[tuple[Mount, ...], Field(max_length=16)] = ()
    user: UserNumber = 10001


class ParameterKind(StrEnum):
    """What a parameter's value looks like."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"


class Parameter(Noun):
    """Something a team chooses when it deploys: becomes the environment variable `env` of every container.

    The value of a `secret` one travels sealed and never stands in an event. A `generated` secret that nobody gives is
    made in the cluster.
    """

    name: DnsLabel
    title: Text
    env: EnvName
    kind: ParameterKind = ParameterKind.TEXT
    choices: Annotated[tuple[EnvValue, ...], Field(max_length=32)] = ()
    default: EnvValue | None = None
    required: bool = False
    secret: bool = False
    generated: bool = False

    def misfit(self, value: str) -> Literal["text", "choice", "number", "boolean"] | None:
        """What a value would have to be and is not; None when it fits. Whoever takes one asks here."""
        if "\0" in value:
            return "text"
        if self.choices and value not in self.choices:
            return "choice"
        if self.kind is ParameterKind.NUMBER and not _NUMBER.fullmatch(value):
            return "number"
        return "boolean" if self.kind is ParameterKind.BOOLEAN and value not in ("true", "false") else None


class AppSpec(Noun):
    """One version's description of what runs."""

    containers: Annotated[tuple[Container, ...], Field(min_length=1, max_length=8)]
    volumes: Annotated[tuple[Volume, ...], Field(max_length=8)] = ()
    replicas: Annotated[int, Field(ge=1, le=20)] = 1
    parameters: Annotated[tuple[Parameter, ...], Field(max_length=32)] = ()
