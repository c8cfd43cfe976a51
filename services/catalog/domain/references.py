"""Names inside a description that must point at something in the same description.

The deployer would refuse them later; here the author of the folder still sees the file. Used when folders are read.
"""

from collections.abc import Iterable, Iterator

from contracts.apps.spec import AppSpec, Container

Fault = tuple[str, str]
"""The field, and what is wrong with it."""


def broken_references(spec: AppSpec) -> list[Fault]:
    """Every name that points nowhere or stands for two things (Kubernetes refuses both)."""
    faults = [*_twice("spec.containers", (container.name for container in spec.containers))]
    faults += _twice("spec.volumes", (volume.name for volume in spec.volumes))
    volumes = [volume.name for volume in spec.volumes]
    for place, container in enumerate(spec.containers):
        faults += _inside(f"spec.containers.{place}", container, volumes)
    return faults + list(_of_parameters(spec))


def _of_parameters(spec: AppSpec) -> Iterator[Fault]:
    """Parameters that could not be chosen, or would put a secret where everybody reads it."""
    yield from _twice("spec.parameters", (parameter.name for parameter in spec.parameters))
    yield from _twice("spec.parameters", (parameter.env for parameter in spec.parameters))
    for number, parameter in enumerate(spec.parameters):
        place = f"spec.parameters.{number}"
        if parameter.secret and (parameter.default is not None or parameter.choices):
            yield place, "a secret has no default and no choices: everybody can read those"
        if parameter.generated and not parameter.secret:
            yield f"{place}.generated", "only a secret is made by itself"
        if parameter.default is not None and parameter.misfit(parameter.default) is not None:
            yield f"{place}.default", "this value could not be chosen"


def _inside(place: str, container: Container, volumes: list[str]) -> Iterator[Fault]:
    ports = [port.name for port in container.ports]
    yield from _twice(f"{place}.ports", ports)
    yield from _twice(f"{place}.mounts", (mount.path for mount in container.mounts))
    if container.readiness is not None and container.readiness.port not in ports:
        yield f"{place}.readiness.port", f"no port is called {container.readiness.port}; there are: {_listed(ports)}"
    for number, mount in enumerate(container.mounts):
        if mount.volume not in volumes:
            yield (
                f"{place}.mounts.{number}.volume",
                f"no volume is called {mount.volume}; there are: {_listed(volumes)}",
            )


def _twice(place: str, names: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield place, f"{name} stands there twice"
        seen.add(name)


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"
