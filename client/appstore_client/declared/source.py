"""What the files that declare deployments are called, so that nothing of other files is ever taken away."""

import re

SOURCE = re.compile(r"[a-z0-9]([a-z0-9._/:-]{0,126}[a-z0-9])?", re.ASCII)


def is_source(name: str) -> bool:
    """Whether this can be the name of files; the form is the API's."""
    return SOURCE.fullmatch(name) is not None
