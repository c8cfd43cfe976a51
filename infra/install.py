"""Install the platform into `.venv`, exactly as `requirements.lock` says; run with the system's own Python 3.11.

`make` runs this before anything else, and again only when the lock or a pyproject changed. It uses the standard
library alone. pip is used once, to install uv from its own lines of the lock; uv does the rest, and checks each hash.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
VENV = CHECKOUT / ".venv"
LOCK = CHECKOUT / "requirements.lock"
STAMP = VENV / "installed"


def main() -> int:
    """Install everything, and say how long each step took."""
    if sys.version_info[:2] != (3, 11):
        _say(f"Python 3.11 is needed; this is {sys.version_info.major}.{sys.version_info.minor}.")
        return 1
    if importlib.util.find_spec("ensurepip") is None:
        _say("Python's ensurepip is missing. On Debian or Ubuntu, install the package python3.11-venv.")
        return 1
    had = STAMP.read_text(encoding="ascii").split() if STAMP.is_file() else []
    lock, projects = _digest(LOCK), _digest(*(folder / "pyproject.toml" for folder in _distributions()))
    try:
        # Made again when an earlier try stopped half-way; that harms nothing.
        if not (VENV / "bin" / "uv").is_file():
            _step("environment", [sys.executable, "-m", "venv", str(VENV)])
            _step("installer", _pip_for_uv(VENV / "bin" / "python"))
        if lock not in had:
            _step("libraries", _uv("sync", "--require-hashes", "--compile-bytecode", str(LOCK)))
        if [lock, projects] != had:
            editable = [word for folder in _distributions() for word in ("--editable", str(folder))]
            _step("platform", _uv("install", "--offline", "--no-deps", "--no-build-isolation", *editable))
    except subprocess.CalledProcessError as error:
        _say(f"The installation stopped: {error.cmd[0]} ended with exit code {error.returncode} (see above).")
        return 1
    # Its time tells make that all is done; its content tells a new checkout of the same files apart from a change.
    STAMP.write_text(f"{lock} {projects}\n", encoding="ascii")
    return 0


def lines_of(package: str, lock: str) -> str:
    """The lines of a lock file that pin one package: its version, and every hash below it."""
    taken: list[str] = []
    inside = False
    for line in lock.splitlines():
        if line and not line[0].isspace():
            inside = line.startswith(f"{package}==")
        if inside and not line.lstrip().startswith("#"):
            taken.append(line)
    return "\n".join(taken) + "\n"


def _pip_for_uv(python: Path) -> list[str]:
    wanted = VENV / "uv.lock"
    wanted.write_text(lines_of("uv", LOCK.read_text(encoding="utf-8")), encoding="utf-8")
    quiet = ("--quiet", "--disable-pip-version-check")
    return [str(python), "-m", "pip", "install", *quiet, "--require-hashes", "--no-deps", "-r", str(wanted)]


def _uv(verb: str, *arguments: str) -> list[str]:
    return [str(VENV / "bin" / "uv"), "pip", verb, "--quiet", "--python", str(VENV / "bin" / "python"), *arguments]


def _distributions() -> list[Path]:
    return [folder for folder in (CHECKOUT, CHECKOUT / "client") if (folder / "pyproject.toml").is_file()]


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _step(name: str, command: list[str]) -> None:
    began = time.monotonic()
    # An empty or missing HOME is no place for a cache.
    home = os.environ.get("HOME") or str(VENV)
    environment = os.environ | {"HOME": home, "UV_PYTHON_DOWNLOADS": "never", "UV_LINK_MODE": "copy"}
    # What this machine trusts is what its owner decided, not what the installer ships.
    environment.setdefault("UV_SYSTEM_CERTS", "true")
    subprocess.run(command, check=True, env=environment, cwd=CHECKOUT)  # noqa: S603 - our own commands, no shell
    _say(f"  {name:<12} installed {time.monotonic() - began:5.1f} s")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
