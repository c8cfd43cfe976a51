"""The one folder in which a control plane keeps everything: its data, logs, keys and addresses.

A second start in the same folder finds the same cluster: the same objects, tokens and certificate, at the same address.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from infra.local.ports import free_port, is_free


class PlaneHomeInUseError(Exception):
    """Another control plane runs in this folder."""


@dataclass(frozen=True, slots=True)
class PlanePorts:
    """Where each part listens, on this machine alone."""

    etcd: int
    etcd_peer: int
    kube_apiserver: int
    kube_controller_manager: int
    kube_scheduler: int
    kwok: int


@dataclass(frozen=True, slots=True)
class PlaneHome:
    """The paths of one control plane below `root`."""

    root: Path

    @property
    def etcd(self) -> Path:
        """Every object of the cluster."""
        return self.root / "etcd"

    @property
    def logs(self) -> Path:
        """One bounded log file a part."""
        return self.root / "logs"

    @property
    def audit_log(self) -> Path:
        """What the accounts that are recorded asked for."""
        return self.root / "audit.log"

    @property
    def credentials(self) -> Path:
        """Certificate, keys, tokens and kubeconfig files."""
        return self.root / "credentials"

    def make(self) -> None:
        """Create the folders that are missing, readable by their owner alone."""
        for folder in (self.root, self.etcd, self.logs, self.credentials):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Hold this folder as its only control plane. Raises PlaneHomeInUseError."""
        with (self.root / "lock").open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise PlaneHomeInUseError(f"a control plane runs in {self.root} already") from error
            yield

    def ports(self, api: int | None = None) -> PlanePorts:
        """The ports used here before, or free ones when there are none or one is taken; `api` for the API server."""
        kept = self.root / "ports.json"
        found = _read(kept)
        if found is None or api not in {None, found.kube_apiserver} or not all(map(is_free, asdict(found).values())):
            found = _choose(api)
            kept.write_text(json.dumps(asdict(found)) + "\n", encoding="ascii")
        return found


def _read(kept: Path) -> PlanePorts | None:
    try:
        return PlanePorts(**json.loads(kept.read_text(encoding="ascii")))
    except (OSError, ValueError, TypeError):
        return None


def _choose(api: int | None) -> PlanePorts:
    chosen = {} if api is None else {"kube_apiserver": api}
    for name in (field.name for field in fields(PlanePorts)):
        if name not in chosen:
            chosen[name] = next(port for port in iter(free_port, None) if port not in chosen.values())
    return PlanePorts(**chosen)


def write_secret(path: Path, text: str) -> None:
    """Write a file that its owner alone can read, as a whole or not at all."""
    draft = path.with_suffix(path.suffix + ".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
