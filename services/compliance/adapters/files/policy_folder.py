"""The policies in force: reads their folder again when a file changed, and keeps the last good set when one is broken.

A broken edit never half-applies: `problem` says what is wrong and where; `policy_health.py` shows it to operators.
Looking costs one stat per file; reading happens only after a change.
"""

from pathlib import Path

from services.compliance.adapters.files.policies import SET_FILE, read_policies, rule_files
from services.compliance.adapters.files.yaml_text import FileError
from services.compliance.domain.policy import PolicySet

_Look = tuple[tuple[str, int, int], ...]


class PolicyFolder:
    """One folder of policies. Making it reads it once and raises FileError when there is no good set to begin with."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = self._look()
        self._active = read_policies(folder)
        self._settled: str | None = None
        self.problem: str | None = None

    def active(self) -> PolicySet:
        """The set in force."""
        return self._active

    def refresh(self) -> PolicySet:
        """The set in force, after looking at the files again."""
        look = self._look()
        if look != self._seen:
            self._seen = look
            try:
                self._active = read_policies(self._folder)
            except FileError as error:
                self.problem = str(error)
            else:
                self.problem = None
        return self._active

    def settled(self) -> bool:
        """Whether everything known was already judged by the set in force."""
        return self._settled == self._active.identity.sha256

    def settle(self) -> None:
        """Remember that a whole look found nothing left to tell. Forgetting it costs one look more."""
        self._settled = self._active.identity.sha256

    def _look(self) -> _Look:
        found = []
        for path in (self._folder / SET_FILE, *rule_files(self._folder)):
            try:
                stat = path.stat()
            except OSError:
                continue
            found.append((str(path), stat.st_mtime_ns, stat.st_size))
        return tuple(found)
