"""A YAML file that an operator writes, read strictly: bounded, and an error names the file, the field and why."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

_SIZE_LIMIT = 1024 * 1024  # bytes
M = TypeVar("M", bound=BaseModel)


class YamlFileError(ValueError):
    """The file can't be used. Its text names the file, the field and what is wrong with it."""


def read_yaml_file(kind: type[M], path: Path) -> M:
    """What the file describes; nothing may stand in it that `kind` does not know. Raises YamlFileError."""
    try:
        return kind.model_validate(_read(path), extra="forbid")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        message = f"{path}: {place}: {first['msg']} ({error.error_count()} in all)"
        raise YamlFileError(message) from error


def _read(path: Path) -> object:
    try:
        if path.stat().st_size > _SIZE_LIMIT:
            message = f"{path}: larger than {_SIZE_LIMIT} bytes"
            raise YamlFileError(message)
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        message = f"{path}: {error}"
        raise YamlFileError(message) from error
