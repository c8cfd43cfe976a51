"""The image that the five are built on, where none can be pulled: a Debian with its Python, made on this machine.

The Dockerfile's own base is tried first. Before it: `engine`. After it: `docker build --build-arg BASE=…`.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from infra.docker.engine import Engine
from infra.local.home import CHECKOUT

DOCKERFILE = CHECKOUT / "infra" / "docker" / "Dockerfile"
_OURS = "appstore-base:local"
_PULL_SECONDS = 120
_MAKE_SECONDS = 600
_PACKAGES = "python3,python3-venv,ca-certificates"
_TRUST = Path("/etc/ssl/certs/ca-certificates.crt")


class NoBaseError(Exception):
    """No base can be had here; the text says why and what to do."""


def base_image(engine: Engine) -> str:
    """The name of an image with Python 3.11, pulled or made here. Raises NoBaseError."""
    wanted = re.search(r"^ARG BASE=(\S+)$", DOCKERFILE.read_text(encoding="utf-8"), re.MULTILINE)
    if wanted is not None and _is_pulled(engine, wanted.group(1)):
        return wanted.group(1)
    with tempfile.TemporaryDirectory(prefix="appstore-base") as folder:
        archive = Path(folder, "root.tar")
        _make(archive)
        engine.run("import", str(archive), _OURS, within=_MAKE_SECONDS)
    return _OURS


def _is_pulled(engine: Engine, image: str) -> bool:
    try:
        return engine.run("pull", "--quiet", image, within=_PULL_SECONDS, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _make(archive: Path) -> None:
    maker = shutil.which("mmdebstrap")
    if maker is None:
        raise NoBaseError("No image can be pulled, and there is no mmdebstrap to make one of Debian's packages.")
    # What this machine trusts is what its owner decided; the build inside the image fetches through the same network.
    trusted = f'printf "[global]\\ncert = {_TRUST}\\n" > "$1/etc/pip.conf"'
    hooks = [f"--customize-hook=copy-in {_TRUST} {_TRUST.parent}", f"--customize-hook={trusted}"]
    command = [maker, "--quiet", "--variant=minbase", f"--include={_PACKAGES}", *hooks, "bookworm", str(archive)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_MAKE_SECONDS)  # noqa: S603 - no shell
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = str(error.stderr or error).strip().rsplit("\n", 1)[-1]
        raise NoBaseError(f"No image can be pulled, and a base of Debian's packages can't be made: {said}") from error
