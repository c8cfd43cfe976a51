"""The cluster's file, read again when it changed on disk. While an edit is wrong, the last good one counts."""

from pathlib import Path

import structlog

from services.deployer.adapters.sandbox.cluster_file import ClusterFile, ClusterFileError, load_cluster_file

log = structlog.get_logger(__name__)


class WatchedClusterFile:
    """What the file says now. A look costs a `stat` per file."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises ClusterFileError: without a first good one there is no cluster."""
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

    def changed_since(self, cluster: ClusterFile) -> bool:
        """Whether the file says something else than `cluster`."""
        return self.current() is not cluster

    def _read_again(self) -> None:
        try:
            self._cluster, self._sources = load_cluster_file(self.path)
        except ClusterFileError as error:
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
