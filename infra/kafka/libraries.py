"""Apache Kafka's own classes, for the tests and for `BROKER=apache make up`: Maven puts them into a local folder.

Resolved once for each content of `pom.xml`, by whoever needs them first. After it: `apache` starts a broker of them.
Java and Maven have to be there; everything else that the platform does needs neither.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from infra.local.home import CHECKOUT

POM = Path(__file__).with_name("pom.xml")
TOOLS = CHECKOUT / ".local" / "tools"
RESOLVE_SECONDS = 600


class MissingProgramError(Exception):
    """Java or Maven is not on this machine; the text says what to do."""


def java() -> str:
    """The Java program. Raises MissingProgramError."""
    return _program("java")


def libraries() -> Path:
    """The folder with the class files, filled at the first call.

    Raises:
        MissingProgramError: there is no Maven to fill it with.
        subprocess.CalledProcessError: Maven could not; what it said went to standard error.
        subprocess.TimeoutExpired: Maven took more than ten minutes.
    """
    folder = TOOLS / f"apache-kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"
    if folder.is_dir():
        return folder
    maven = _program("mvn")
    TOOLS.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (TOOLS / "apache-kafka.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _resolve(maven, folder)
    return folder


def _resolve(maven: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=TOOLS) as draft:
        copy = f"-DoutputDirectory={draft}/jars"
        command = [maven, "-B", "-q", "-f", str(POM), "dependency:copy-dependencies", copy]
        subprocess.run(command, check=True, stdout=sys.stderr, timeout=RESOLVE_SECONDS)  # noqa: S603 - Maven, no shell
        # As a whole or not at all: whoever finds the folder finds all of it.
        Path(draft, "jars").rename(folder)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        message = (
            f"Apache Kafka needs Java 17 or newer and Maven, and there is no {name} here: install both "
            "(on Debian or Ubuntu the packages openjdk-17-jre-headless and maven), or use the default broker."
        )
        raise MissingProgramError(message)
    return found


def main() -> int:
    """Resolve them and say how long it took."""
    began = time.monotonic()
    try:
        java()
        folder = libraries()
    except MissingProgramError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"Maven could not resolve Apache Kafka (exit code {error.returncode}, see above).\n")
        return 1
    sys.stdout.write(f"Apache Kafka is in {folder.relative_to(CHECKOUT)} ({time.monotonic() - began:.1f} s)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
