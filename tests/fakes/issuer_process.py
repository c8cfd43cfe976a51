"""The real issuer as a child process on a free port, for tests that want the real flows."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

CHECKOUT = Path(__file__).resolve().parents[2]
START_SECONDS = 20.0


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class IssuerProcess:
    """Starts on entry, answers when it is up, stops on exit."""

    def __init__(self, data: Path, public_url: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = data
        self.public_url = public_url
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def web_secret_file(self) -> Path:
        """Where the web client's secret is."""
        return self.data / "appstore-web.secret"

    def environment(self, **changed: str) -> dict[str, str]:
        """Return what the supervisor would set."""
        return {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(CHECKOUT),
            "APPSTORE_ISSUER": self.url,
            "APPSTORE_PUBLIC_URL": self.public_url,
            "APPSTORE_ISSUER_DATA": str(self.data),
            **changed,
        }

    def file_modes(self) -> set[int]:
        """Return the permissions of its files."""
        return {file.stat().st_mode & 0o777 for file in self.data.iterdir()}

    def __enter__(self) -> Self:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.issuer"],
            cwd=CHECKOUT,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                message = "the issuer did not come up"
                raise RuntimeError(message)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        return self._process.wait(timeout=10)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=0.2, trust_env=False).is_success
        except httpx.HTTPError:
            return False
