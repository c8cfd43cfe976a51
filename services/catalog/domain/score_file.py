"""A Score file (score.dev/v1b1): a workload as developers describe it for any platform. Read here, built by `score.py`.

What Score allows and this platform does not is a field of its own here, so that its author gets a sentence about it.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from contracts.apps.values import Argument, ByteQuantity, CpuQuantity, EnvName, EnvValue, ImageReference, PortNumber
from contracts.identifiers import DnsLabel
from contracts.noun import Noun


class ScoreMetadata(Noun):
    """What the workload is called. The platform goes by the folder's name."""

    name: DnsLabel
    annotations: Annotated[dict[str, str], Field(default_factory=dict, max_length=64)]


class ScorePort(Noun):
    """A port of the workload's service."""

    port: PortNumber
    target_port: PortNumber | None = None
    protocol: Literal["TCP", "UDP"] = "TCP"


class ScoreService(Noun):
    """The ports people reach."""

    ports: Annotated[dict[DnsLabel, ScorePort], Field(default_factory=dict, max_length=16)]


class ScoreAmounts(Noun):
    """Amounts of CPU and memory."""

    cpu: CpuQuantity | None = None
    memory: ByteQuantity | None = None


class ScoreResources(Noun):
    """What a container asks at least and at most. Here the memory it gets is its limit, and CPU has none."""

    requests: ScoreAmounts = ScoreAmounts()
    limits: ScoreAmounts = ScoreAmounts()


class ScoreHttpGet(Noun):
    """A question over HTTP."""

    path: Annotated[str, Field(pattern=r"^/[\x21-\x7e]{0,255}$")]
    port: PortNumber
    scheme: Literal["HTTP", "HTTPS"] = "HTTP"
    host: str | None = None
    http_headers: tuple[Any, ...] = ()


class ScoreExec(Noun):
    """A question by a command."""

    command: Annotated[tuple[Argument, ...], Field(min_length=1, max_length=16)]


class ScoreProbe(Noun):
    """How a container is asked how it is."""

    http_get: ScoreHttpGet | None = None
    exec: ScoreExec | None = None


class ScoreVolume(Noun):
    """A volume resource where a container sees it; `target` is the key where volumes are a mapping."""

    source: Annotated[str, Field(max_length=200)]
    target: Annotated[str, Field(max_length=256)] | None = None
    path: str | None = None
    read_only: bool = False


class ScoreContainer(Noun):
    """One container."""

    image: ImageReference | Literal["."]
    command: Annotated[tuple[Argument, ...], Field(max_length=32)] = ()
    args: Annotated[tuple[Argument, ...], Field(max_length=32)] = ()
    variables: Annotated[dict[EnvName, EnvValue], Field(default_factory=dict, max_length=64)]
    files: Any = None
    volumes: Annotated[tuple[ScoreVolume, ...], Field(max_length=16)] | dict[str, ScoreVolume] = ()
    resources: ScoreResources = ScoreResources()
    liveness_probe: ScoreProbe | None = None
    readiness_probe: ScoreProbe | None = None


class ScoreResource(Noun):
    """Something the workload needs beside its containers."""

    type: Annotated[str, Field(max_length=63)]
    class_: Annotated[str | None, Field(alias="class", max_length=63)] = None
    id: Annotated[str, Field(max_length=63)] | None = None
    metadata: dict[str, Any] | None = None
    params: dict[str, Any] = Field(default_factory=dict)


class ScoreFile(Noun):
    """The whole file."""

    api_version: Literal["score.dev/v1b1"]
    metadata: ScoreMetadata
    service: ScoreService = Field(default_factory=lambda: ScoreService(ports={}))
    containers: Annotated[dict[DnsLabel, ScoreContainer], Field(min_length=1, max_length=8)]
    resources: Annotated[dict[DnsLabel, ScoreResource], Field(default_factory=dict, max_length=24)]
