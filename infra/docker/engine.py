"""A Docker engine for the tests of the images: the one that runs, or a daemon of our own for as long as it is needed.

Our own keeps everything in a temporary folder, has no network of its own (containers use the host's) and ends with the
test. Where neither can be had, the reason is one sentence.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ASK_SECONDS = 20
_START_SECONDS = 30
_STOP_SECONDS = 15


class NoEngineError(Exception):
    """There is no Docker engine here; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that answers. `address` is what DOCKER_HOST names; empty for the client's own default."""

    address: str = ""

    def run(self, *arguments: str, within: float = 60, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One `docker` command.

        Raises:
            subprocess.CalledProcessError: it failed and `check` is set; its standard error says why.
            subprocess.TimeoutExpired: it took longer than so many seconds.
        """
        # The builder that every client and every engine of the last years has.
        environment = os.environ | {"DOCKER_BUILDKIT": "0"} | ({"DOCKER_HOST": self.address} if self.address else {})
        return subprocess.run(  # noqa: S603 - no shell
            [_client(), *arguments], env=environment, capture_output=True, text=True, timeout=within, check=check
        )

    def answers(self) -> bool:
        """Whether the daemon answers."""
        try:
            return (
                self.run("version", "--format", "{{.Server.Version}}", within=_ASK_SECONDS, check=False).returncode == 0
            )
        except subprocess.TimeoutExpired:
            return False


@contextlib.contextmanager
def an_engine() -> Iterator[Engine]:
    """The engine that runs, or one that is started here and stopped at the end.

    Raises:
        NoEngineError: there is neither.
    """
    running = Engine()
    if running.answers():
        yield running
        return
    daemon = shutil.which("dockerd")
    if daemon is None:
        raise NoEngineError("No Docker engine answers and there is no dockerd to start: install Docker, or start it.")
    if os.geteuid() != 0:
        raise NoEngineError("No Docker engine answers, and only root can start one: start it, or become root.")
    with tempfile.TemporaryDirectory(prefix="appstore-docker", ignore_cleanup_errors=True) as folder:
        yield from _our_own(daemon, Path(folder))


def _our_own(daemon: str, folder: Path) -> Iterator[Engine]:
    engine = Engine(f"unix://{folder}/docker.sock")
    places = ["--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/pid"]
    network = ["--bridge=none", "--iptables=false", "--ip6tables=false"]
    said = folder / "log"
    with said.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - no shell
            [daemon, "--host", engine.address, *places, *network], stdout=log, stderr=log, start_new_session=True
        )
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not engine.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                last = said.read_text(encoding="utf-8", errors="replace").strip().rsplit("\n", 1)[-1]
                raise NoEngineError(f"dockerd can't run on this machine: {last[:300]}")
            time.sleep(0.2)
        yield engine
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOP_SECONDS)
        _unmount_all(folder)


def _unmount_all(folder: Path) -> None:
    """Let go of what the daemon leaves mounted, so that the folder can be removed."""
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    for place in sorted((place for place in mounted if place.startswith(f"{folder}/")), reverse=True):
        subprocess.run(["umount", "--lazy", place], check=False, timeout=_ASK_SECONDS)  # noqa: S603, S607 - no shell


def _client() -> str:
    client = shutil.which("docker")
    if client is None:
        raise NoEngineError("There is no docker command here: install Docker.")
    return client
