"""The policies in force: reads their folder again when a file changed, and keeps the last good set when one is broken.

A broken edit never half-applies: `problem` says what is wrong and where; `policy_health.py` shows it to operators.
Without a good set to begin with nothing is decided: messages are delivered again until somebody mends the files.
Looking costs one stat per file; reading happens only after a change.
"""

from pathlib import Path
from typing import Any

from chassis.errors import NotNow
from services.compliance.adapters.files.policies import SET_FILE, read_policies, rule_files
from services.compliance.adapters.files.yaml_text import FileError
from services.compliance.domain.policy import PolicySet
from services.compliance.ports import Compiler

_Look = tuple[tuple[str, int, int], ...]


class PolicyFolder:
    """One folder of policies, read when it is made. `problem` is None, or what is wrong and what decides meanwhile."""

    def __init__(self, folder: Path, compiler: Compiler[Any]) -> None:
        self._folder = folder
        self._compiler = compiler
        self._active: PolicySet | None = None
        self._settled: str | None = None
        self.problem: str | None = None
        self._seen = self._look()
        self._read()

    def active(self) -> PolicySet:
        """The set in force. Raises NotNow while there never was a good one."""
        if self._active is None:
            message = f"no policies to decide by: {self.problem}"
            raise NotNow(message)
        return self._active

    def refresh(self) -> PolicySet:
        """The set in force, after looking at the files again. Raises NotNow while there never was a good one."""
        look = self._look()
        if look != self._seen:
            self._seen = look
            self._read()
        return self.active()

    def settled(self) -> bool:
        """Whether everything known was already judged by the set in force."""
        return self._settled == self.active().identity.sha256

    def settle(self) -> None:
        """Remember that a whole look found nothing left to tell. Forgetting it costs one look more."""
        self._settled = self.active().identity.sha256

    def _read(self) -> None:
        try:
            self._active = read_policies(self._folder, self._compiler)
        except FileError as error:
            meanwhile = "nothing is decided" if self._active is None else "the last good set decides"
            self.problem = f"{error} ({meanwhile} until it is mended)"
        else:
            self.problem = None

    def _look(self) -> _Look:
        found = []
        for path in (self._folder / SET_FILE, *rule_files(self._folder)):
            try:
                stat = path.stat()
            except OSError:
                continue
            found.append((str(path), stat.st_mtime_ns, stat.st_size))
        return tuple(found)
