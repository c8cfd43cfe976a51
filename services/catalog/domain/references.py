"""Names inside a description that must point at something in the same description.

The deployer would refuse them later; here the author of the folder still sees the file. Used when folders are read.
"""

from collections.abc import Iterable, Iterator

from contracts.apps.parameter import Parameter, ParameterKind
from contracts.apps.spec import AppSpec, Container, Probe

Fault = tuple[str, str]
"""The field, and what is wrong with it."""


def broken_references(spec: AppSpec) -> list[Fault]:
    """Every name that points nowhere or stands for two things (Kubernetes refuses both)."""
    faults = [*_twice("spec.containers", (container.name for container in spec.containers))]
    faults += _twice("spec.volumes", (volume.name for volume in spec.volumes))
    volumes = [volume.name for volume in spec.volumes]
    for place, container in enumerate(spec.containers):
        faults += _inside(f"spec.containers.{place}", container, volumes)
    return [*faults, *_of_parameters(spec), *_of_connections(spec)]


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
        if parameter.secret and any(bound is not None for bound in (*_of_text(parameter), *_of_number(parameter))):
            yield place, "a secret travels sealed, so that nobody can look whether it fits a bound"
        elif any(bound is not None for bound in _foreign(parameter)):
            yield place, "pattern and maxLength bound a text; minimum, maximum and whole bound a number"
        if parameter.default is not None and parameter.misfit(parameter.default) is not None:
            yield f"{place}.default", "this value could not be chosen"


def _foreign(parameter: Parameter) -> tuple[object, ...]:
    """The bounds that are of another kind of value."""
    match parameter.kind:
        case ParameterKind.TEXT:
            return _of_number(parameter)
        case ParameterKind.NUMBER:
            return _of_text(parameter)
        case _:
            return (*_of_text(parameter), *_of_number(parameter))


def _of_text(parameter: Parameter) -> tuple[object, ...]:
    return parameter.pattern, parameter.max_length


def _of_number(parameter: Parameter) -> tuple[object, ...]:
    return parameter.minimum, parameter.maximum, parameter.whole or None


def _inside(place: str, container: Container, volumes: list[str]) -> Iterator[Fault]:
    ports = [port.name for port in container.ports]
    yield from _twice(f"{place}.ports", ports)
    yield from _twice(f"{place}.mounts", (mount.path for mount in container.mounts))
    for kind in ("startup", "readiness", "liveness"):
        probe = getattr(container, kind)
        if probe is not None:
            yield from _of_probe(f"{place}.{kind}", probe, ports)
    if container.digest is not None and "@" in container.image:
        yield f"{place}.digest", "the image names its digest already"
    for number, mount in enumerate(container.mounts):
        if mount.volume not in volumes:
            yield (
                f"{place}.mounts.{number}.volume",
                f"no volume is called {mount.volume}; there are: {_listed(volumes)}",
            )


def _of_probe(place: str, probe: Probe, ports: list[str]) -> Iterator[Fault]:
    if probe.command and (probe.port is not None or probe.path is not None):
        yield place, "a probe has either a command or a port"
    elif probe.port is not None and probe.port not in ports:
        yield f"{place}.port", f"no port is called {probe.port}; there are: {_listed(ports)}"


def _of_connections(spec: AppSpec) -> Iterator[Fault]:
    """Callers of ports that are not there, and variables that two things would set."""
    ports = {port.name: port for container in spec.containers for port in container.ports}
    for number, caller in enumerate(spec.callers):
        place = f"spec.callers.{number}.port"
        if caller.port not in ports:
            yield place, f"no port is called {caller.port}; there are: {_listed(list(ports))}"
        elif ports[caller.port].public:
            yield place, f"{caller.port} is public: everybody may open it"
    yield from _twice("spec.needs", (need.name for need in spec.needs))
    variables = [name for need in spec.needs for name in need.env]
    yield from _twice("spec.needs", [*variables, *(parameter.env for parameter in spec.parameters)])
    if spec.autoscaling is not None and any(volume.persistent for volume in spec.volumes):
        yield "spec.autoscaling", "pods that keep data cannot be added by themselves: each volume has one user"


def _twice(place: str, names: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield place, f"{name} stands there twice"
        seen.add(name)


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"
