"""Docker Compose, to read `docker-compose.yml` with: the plugin that is installed, or its Go module built once.

It needs no engine for that. The module's versions and hashes are in `compose/go.mod` and `go.sum`.
"""

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

from infra.local.home import CHECKOUT

MODULE = Path(__file__).with_name("compose")
TOOLS = CHECKOUT / ".local" / "tools"
_BUILD_SECONDS = 900
_PACKAGE = "github.com/docker/compose/v2/cmd"


class NoComposeError(Exception):
    """There is no Docker Compose here; the text says what to do."""


def compose_command() -> list[str]:
    """The words that run Docker Compose, of version 2 or later. Raises NoComposeError."""
    if (docker := shutil.which("docker")) is not None:
        asked = subprocess.run([docker, "compose", "version"], capture_output=True, check=False, timeout=30)  # noqa: S603 - no shell
        if asked.returncode == 0:
            return [docker, "compose"]
    return [str(_built())]


def _built() -> Path:
    program = TOOLS / f"docker-compose-{hashlib.sha256((MODULE / 'go.sum').read_bytes()).hexdigest()[:12]}"
    if program.is_file():
        return program
    go = shutil.which("go")
    if go is None:
        raise NoComposeError("There is no Docker Compose here, and no Go to build it with: install either.")
    TOOLS.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = program.with_suffix(".draft")
    build = [go, "build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o", str(draft), _PACKAGE]
    try:
        subprocess.run(build, cwd=MODULE, check=True, stdout=sys.stderr, timeout=_BUILD_SECONDS)  # noqa: S603 - no shell
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise NoComposeError(f"Docker Compose can't be built here: {error}") from error
    draft.rename(program)
    return program


def main() -> int:
    """Have it ready and say how long that took."""
    began = time.monotonic()
    try:
        command = compose_command()
    except NoComposeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Docker Compose is {' '.join(command)} ({time.monotonic() - began:.1f} s)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
