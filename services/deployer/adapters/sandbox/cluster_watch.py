"""The cluster's file, read again when it changed on disk. While an edit is wrong, the last good one counts."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import structlog

from chassis.yaml_file import YamlFileError
from services.deployer.adapters.sandbox.cluster_file import ClusterFile, load_cluster_file

LOOK_SECONDS = 2.0

log = structlog.get_logger(__name__)


class WatchedClusterFile:
    """What the file says now. A look costs a `stat` per file."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises YamlFileError: without a first good one there is no cluster."""
        self.path = path
        self._cluster, self._sources = load_cluster_file(path)
        self._stamp = self._look()
        self.trouble: str | None = None

    def current(self) -> ClusterFile:
        """The cluster as the file describes it now."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            self._read_again()
        return self._cluster

    @property
    def name(self) -> str:
        """What to call the file to a person: from the folder the service runs in, when it is below it."""
        here, whole = Path.cwd(), self.path.resolve()
        return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(self.path)

    async def changes(self) -> AsyncIterator[ClusterFile]:
        """The cluster now, and again each time the file says something else."""
        told: ClusterFile | None = None
        while True:
            found = self.current()
            if found is not told:
                told = found
                yield found
            await asyncio.sleep(LOOK_SECONDS)

    def _read_again(self) -> None:
        try:
            self._cluster, self._sources = load_cluster_file(self.path)
        except YamlFileError as error:
            self.trouble = str(error)
            log.warning("cluster file not usable, the last good one counts", reason=self.trouble)
        else:
            self.trouble = None
            self._stamp = self._look()

    def _look(self) -> tuple[tuple[str, int, int], ...]:
        return tuple((str(source), *_stat(source)) for source in self._sources)


def _stat(source: Path) -> tuple[int, int]:
    try:
        found = source.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
