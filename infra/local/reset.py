"""`make reset`: forget everything the stack has stored. Apps of your own and logs stay."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.local import run_record
from infra.local.home import Home


def main(argv: Sequence[str] | None = None) -> int:
    """Remove the data; 1 while a stack runs on it."""
    arguments = argparse.ArgumentParser(prog="make reset", description=__doc__)
    arguments.add_argument("--home", type=Path, default=Home().root)
    home = Home(arguments.parse_args(argv).home.resolve())
    if run_record.is_held(home):
        sys.stdout.write("The stack still runs on this data. Stop it first: make down\n")
        return 1
    shutil.rmtree(home.data, ignore_errors=True)
    if home.data.exists():
        sys.stdout.write(f"{home.data} could not be removed whole.\n")
        return 1
    sys.stdout.write(f"{home.data} is removed. The next make up begins anew.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
