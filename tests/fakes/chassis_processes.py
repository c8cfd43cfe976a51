"""The real broker and the real database as child processes on free ports, which a test may kill and start again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from infra.local.brokers import APACHE, broker_name, told_about_the_broker
from infra.local.ports import free_port

CHECKOUT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
_HOST = "127.0.0.1"


class PartProcess:
    """A part of the embedded stack: starts on entry, answers when it is up, ends on exit."""

    def __init__(self, module: str, *arguments: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self._command = [sys.executable, "-m", module, "--port", str(self.port), *arguments]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers; again when it ends at once, as the supervisor would."""
        deadline = time.monotonic() + START_SECONDS
        self._process = self._launch()
        while not self.answers():
            if time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{' '.join(self._command)} did not start")
            if self._process.poll() is not None:
                self._process = self._launch()
            time.sleep(0.02)

    def _launch(self) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
        return subprocess.Popen(  # noqa: S603 - our own launchers
            self._command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def pause(self) -> None:
        """Stop it where it is: it holds its connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on where it was."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def answers(self) -> bool:
        """Whether somebody listens."""
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return probe.connect_ex((_HOST, self.port)) == 0

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        self.kill()


class BrokerProcess(PartProcess):
    """The event log that BROKER names. Embedded, each start is a new and empty log; Apache Kafka keeps its own."""

    def __init__(self, port: int | None = None) -> None:
        self._data: tempfile.TemporaryDirectory[str] | None = None
        if broker_name() == APACHE:
            self._data = tempfile.TemporaryDirectory(prefix="kafka", ignore_cleanup_errors=True)
            super().__init__("infra.kafka.apache", "--data", f"{self._data.name}/data", port=port)
        else:
            super().__init__("infra.local.broker", port=port)
        self.bootstrap = f"{_HOST}:{self.port}"

    def replace(self) -> None:
        """Come back as another and empty log, as after the loss of a disk."""
        self.kill()
        if self._data is not None:
            shutil.rmtree(f"{self._data.name}/data")
        self.start()


class DatabaseProcess(PartProcess):
    """The document database. What was committed is there again after a kill."""

    def __init__(self, data: Path, *options: str, port: int | None = None) -> None:
        super().__init__("infra.local.database", "--data", str(data), *options, port=port)
        self.url = f"mongodb://{_HOST}:{self.port}/?replicaSet=secantus"

    def answers(self) -> bool:
        """Whether the database answers a command."""
        if not super().answers():
            return False
        client: MongoClient[dict[str, object]] = MongoClient(self.url, serverSelectionTimeoutMS=500)
        try:
            client.admin.command("ping")
        except PyMongoError:
            return False
        finally:
            client.close()
        return True


class ServiceProcess:
    """A service of the platform as the supervisor would start it, on a broker and a database of the test's."""

    def __init__(self, service: str, kafka: str, mongo: str) -> None:
        self.health = f"http://{_HOST}:{free_port()}"
        self._command = [sys.executable, "-m", f"services.{service}.main"]
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(CHECKOUT),
            "APPSTORE_KAFKA": kafka,
            "APPSTORE_MONGO": mongo,
            "APPSTORE_HEALTH_PORT": self.health.rsplit(":", 1)[1],
            **told_about_the_broker(),
        }
        if broker_name() != APACHE:
            self._environment |= {"APPSTORE_SESSION_TIMEOUT_MS": "1000", "APPSTORE_HEARTBEAT_MS": "100"}
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "subprocess.Popen[bytes]":
        """Start it, without waiting for anything."""
        self.process = subprocess.Popen(  # noqa: S603 - our own service
            self._command, cwd=CHECKOUT, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return self.process

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, if it did not end by itself."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
