"""The one folder in which a stack keeps everything: data, logs, and the record of what runs."""

from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one stack below `root`."""

    root: Path = CHECKOUT / ".local"

    @property
    def data(self) -> Path:
        """What `make reset` forgets: the database's files, the stack's keys, the issuer's."""
        return self.root / "data"

    @property
    def logs(self) -> Path:
        """One bounded log file a part."""
        return self.root / "logs"

    @property
    def apps(self) -> Path:
        """Apps of your own, beside those the platform ships; `make reset` leaves them."""
        return self.root / "apps"

    @property
    def run_record(self) -> Path:
        """What runs now (see `infra.local.run_record`)."""
        return self.root / "run.json"

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as it lives."""
        return self.root / "run.lock"

    def make(self) -> None:
        """Create the folders that are missing, readable by their owner alone."""
        for folder in (self.root, self.data, self.logs, self.apps):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
