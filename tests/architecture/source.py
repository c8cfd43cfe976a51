"""The checkout's own files, as the rules read them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("contracts", "chassis", "services", "infra", "client", "tests", "benchmarks")
_LEFT_OUT = {"__pycache__", ".venv", ".git", ".local", "build", "export", "node_modules"}


def files(*folders: str, suffix: str = ".py") -> Iterator[Path]:
    """The files with this suffix under these folders of the checkout."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob(f"*{suffix}")):
            parts = path.relative_to(ROOT).parts
            if not _LEFT_OUT.intersection(parts) or parts[:2] == ("infra", "export"):
                yield path


def name_of(path: Path) -> str:
    """The path as people write it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def tree_of(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(), filename=str(path))
