"""From a Score file to the platform's own description, or everything in it that cannot be had here, by field. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from contracts.apps.resources import SIZES
from contracts.apps.spec import AppSpec
from services.catalog.domain.references import Fault
from services.catalog.domain.score_file import ScoreContainer, ScoreFile, ScoreProbe, ScoreResource, ScoreVolume

NEEDS = {"postgres": "postgresql", "postgresql": "postgresql", "redis": "redis", "s3": "s3", "llm": "llm"}
"""Score's types of resource that an app here can need."""
VOLUME = "volume"
_PLACEHOLDER = re.compile(r"(?<!\$)\$\{([^}]*)\}")
_OUTPUT = re.compile(r"\$\{resources\.([a-z0-9-]+)\.([A-Za-z0-9_.-]+)\}")
_SOURCE = re.compile(r"(?:\$\{)?(?:resources\.)?([a-z0-9-]+)\}?")


def read_score(file: ScoreFile) -> AppSpec | list[Fault]:
    """The description, or what keeps it from being one."""
    faults = [*_of_service(file), *_of_resources(file)]
    for name, container in file.containers.items():
        faults += _of_container(f"containers.{name}", container, file.resources)
    if faults:
        return faults
    try:
        return AppSpec.model_validate(_description(file))
    except ValidationError as error:
        return [(".".join(str(part) for part in one["loc"]), str(one["msg"])) for one in error.errors()]


def _description(file: ScoreFile) -> dict[str, Any]:
    ports = [
        {"name": name, "number": port.target_port or port.port, "public": True}
        for name, port in file.service.ports.items()
    ]
    containers = []
    for number, (name, container) in enumerate(file.containers.items()):
        containers.append(_container(name, container, ports if number == 0 else []))
    volumes = [{"name": name, "size": one.params["size"]} for name, one in file.resources.items() if one.type == VOLUME]
    return {"containers": containers, "volumes": volumes, "needs": _needs(file)}


def _container(name: str, container: ScoreContainer, ports: list[dict[str, Any]]) -> dict[str, Any]:
    plain = {key: value for key, value in container.variables.items() if not _OUTPUT.fullmatch(value)}
    ports = [*ports]
    built: dict[str, Any] = {
        "name": name,
        "image": container.image,
        "command": container.command,
        "args": container.args,
        "env": {key: value.replace("$${", "${") for key, value in plain.items()},
        "resources": _amounts(container),
        "mounts": [{"volume": _volume_of(one), "path": target} for target, one in _volumes(container)],
        "ports": ports,
    }
    for kind, probe in (("readiness", container.readiness_probe), ("liveness", container.liveness_probe)):
        if probe is not None:
            built[kind] = _probe(probe, ports)
    return built


def _amounts(container: ScoreContainer) -> dict[str, str]:
    asked, most, small = container.resources.requests, container.resources.limits, SIZES["S"]
    return {
        "cpu": asked.cpu or most.cpu or small["cpu"],
        "memory": most.memory or asked.memory or small["memory"],
    }


def _probe(probe: ScoreProbe, ports: list[dict[str, Any]]) -> dict[str, Any]:
    """A probe of a port that is not served makes it one of the container's own."""
    if probe.http_get is None:
        return {"command": probe.exec.command if probe.exec else ()}
    number = probe.http_get.port
    names = {port["number"]: port["name"] for port in ports}
    if number not in names:
        ports.append({"name": f"p{number}", "number": number})
    return {"port": names.get(number, f"p{number}"), "path": probe.http_get.path}


def _needs(file: ScoreFile) -> list[dict[str, Any]]:
    found: dict[str, dict[str, str]] = {}
    for container in file.containers.values():
        for variable, value in container.variables.items():
            if output := _OUTPUT.fullmatch(value):
                found.setdefault(output[1], {})[variable] = output[2]
    return [{"name": name, "kind": NEEDS[file.resources[name].type], "env": env} for name, env in found.items()]


def _of_service(file: ScoreFile) -> Iterator[Fault]:
    for name, port in file.service.ports.items():
        place = f"service.ports.{name}"
        if port.protocol != "TCP":
            yield f"{place}.protocol", "only TCP is served here"
        if port.target_port is not None and port.target_port != port.port:
            what = f"a service listens on the container's own port here; say port: {port.target_port}"
            yield f"{place}.targetPort", what


def _of_resources(file: ScoreFile) -> Iterator[Fault]:
    for name, resource in file.resources.items():
        place = f"resources.{name}"
        if resource.type == VOLUME:
            if not isinstance(resource.params.get("size"), str):
                yield f"{place}.params.size", "a volume has a size here, such as 10Gi"
        elif resource.type not in NEEDS:
            known = ", ".join(sorted({*NEEDS, VOLUME}))
            yield f"{place}.type", f"{resource.type} cannot be had here; there are: {known}"


def _of_container(place: str, container: ScoreContainer, resources: Mapping[str, ScoreResource]) -> Iterator[Fault]:
    if container.image == ".":
        yield f"{place}.image", "nothing is built here; name an image that exists"
    if container.files is not None:
        yield f"{place}.files", "files are not put into containers here; bring them in the image, or as variables"
    for variable, value in container.variables.items():
        yield from _of_variable(f"{place}.variables.{variable}", value, resources)
    for target, volume in _volumes(container):
        yield from _of_volume(f"{place}.volumes.{target or volume.source}", target, volume, resources)
    for name, probe in (("livenessProbe", container.liveness_probe), ("readinessProbe", container.readiness_probe)):
        if probe is not None:
            yield from _of_probe(f"{place}.{name}", probe)


def _of_variable(place: str, value: str, resources: Mapping[str, ScoreResource]) -> Iterator[Fault]:
    output = _OUTPUT.fullmatch(value)
    if output is None:
        if found := _PLACEHOLDER.search(value):
            what = "is not filled in here; only a whole value of the form ${resources.name.key} is"
            yield place, f"{found[0]} {what}"
    elif output[1] not in resources or resources[output[1]].type not in NEEDS:
        yield place, f"no resource is called {output[1]} that gives values; there are: {', '.join(resources) or 'none'}"


def _of_volume(
    place: str, target: str | None, volume: ScoreVolume, resources: Mapping[str, ScoreResource]
) -> Iterator[Fault]:
    name = _volume_of(volume)
    if target is None:
        yield place, "a volume has a target, the path at which the container sees it"
    if name not in resources or resources[name].type != VOLUME:
        yield f"{place}.source", f"no resource of type volume is called {name}"
    if volume.path is not None:
        yield f"{place}.path", "a part of a volume cannot be mounted here; mount the whole"
    if volume.read_only:
        yield f"{place}.readOnly", "volumes can be written here; leave this out"


def _of_probe(place: str, probe: ScoreProbe) -> Iterator[Fault]:
    if (probe.http_get is None) == (probe.exec is None):
        yield place, "a probe has either httpGet or exec"
    if probe.http_get is not None:
        if probe.http_get.host is not None or probe.http_get.http_headers:
            yield f"{place}.httpGet", "a probe asks the container itself, without headers of its own"
        if probe.http_get.scheme != "HTTP":
            yield f"{place}.httpGet.scheme", "a probe asks over plain HTTP here"


def _volumes(container: ScoreContainer) -> list[tuple[str | None, ScoreVolume]]:
    if isinstance(container.volumes, dict):
        return list(container.volumes.items())
    return [(volume.target, volume) for volume in container.volumes]


def _volume_of(volume: ScoreVolume) -> str:
    named = _SOURCE.fullmatch(volume.source)
    return named[1] if named else volume.source
