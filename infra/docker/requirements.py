"""The lines of `requirements.lock` that one service needs: its image holds no test tool and no part of another service.

The build of an image runs this with the standard library alone. The lock says below each package what wanted it, so
nothing is resolved again: what is installed are the versions and hashes that the tests ran with.
"""

import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==")
_REASON = re.compile(r"#\s+(?:via\s+)?([A-Za-z0-9._-]+)")


def lines_for(wanted: Iterable[str], lock: str) -> str:
    """The pins of these packages and of all that they need, as the lock has them.

    Raises:
        KeyError: the lock has no such package.
    """
    blocks = {_name(block): block for block in re.split(r"\n(?=[A-Za-z0-9])", lock) if _PIN.match(block)}
    taken: set[str] = set()
    waiting = [_normal(name) for name in wanted]
    while waiting:
        name = waiting.pop()
        if name not in taken:
            taken.add(name)
            waiting += [other for other, block in blocks.items() if name in _wanted_by(block)]
    return "".join(f"{blocks[name]}\n" for name in sorted(taken))


def wanted_by(service: str, project: str) -> list[str]:
    """The names that pyproject.toml lists for every service and for this one.

    Raises:
        KeyError: there is no such service.
    """
    table = tomllib.loads(project)["project"]
    requirements = [*table["dependencies"], *table["optional-dependencies"][service]]
    return [re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0] for requirement in requirements]


def _name(block: str) -> str:
    found = _PIN.match(block)
    return _normal(found.group(1)) if found else ""


def _wanted_by(block: str) -> set[str]:
    return {_normal(name) for name in _REASON.findall(block)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    here = Path(sys.argv[2])
    names = wanted_by(sys.argv[1], (here / "pyproject.toml").read_text(encoding="utf-8"))
    sys.stdout.write(lines_for(names, (here / "requirements.lock").read_text(encoding="utf-8")))
