"""How the installer finds itself in the lock file."""

from infra.install import LOCK, lines_of


def test_the_installer_is_pinned_with_hashes() -> None:
    """The system's pip installs uv from the lock's own lines: one version, and at least one hash."""
    lines = lines_of("uv", LOCK.read_text())
    assert lines.startswith("uv==")
    assert "--hash=sha256:" in lines
    assert lines.count("==") == 1


def test_the_lock_names_no_registry() -> None:
    """Whoever installs chooses where from."""
    lock = LOCK.read_text()
    assert "://" not in lock
    assert "--index-url" not in lock
    assert "--find-links" not in lock


def test_the_build_backend_is_locked() -> None:
    """The platform itself is installed without fetching anything that the lock does not name."""
    assert lines_of("setuptools", LOCK.read_text()).startswith("setuptools==")
