"""The programs of the control plane, built once from their Go modules: Kubernetes and etcd in one, and kwok.

The versions and hashes are in the `go.mod` and `go.sum` of `control-plane/` and `kwok/`. The build takes minutes the
first time and is kept for each content of those files. After it: `parts` says how each program is started.
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from infra.kubernetes.toolchain import NoGoError, go
from infra.local.home import CHECKOUT

HERE = Path(__file__).parent
CONTROL_PLANE = HERE / "control-plane"
KWOK = HERE / "kwok"
TOOLS = CHECKOUT / ".local" / "tools"
PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
# What a node does, and what a pod does on it: it starts, is ready, ends and goes, each after a second or some.
STAGES = ("node/fast", "node/heartbeat-with-lease", "pod/general")
BUILD_SECONDS = 2400  # alone on two cores it takes a quarter of that

_NICENESS = 10
_HOW = ("-mod=readonly", "-trimpath")  # no path of this machine in the program
_LINKED = "-s -w"  # without symbols: a third smaller
_ONE_PROGRAM = "control-plane"
_KWOK_PACKAGE = "sigs.k8s.io/kwok/cmd/kwok"


class BuildError(Exception):
    """Go could not build them; the text names the module."""


def is_built() -> bool:
    """Whether `binaries` returns at once."""
    return (TOOLS / f"kubernetes-{_digest()}").is_dir()


def binaries() -> Path:
    """The folder with `PROGRAMS`, `kwok` and `stages.yaml`, built at the first call.

    Raises:
        NoGoError: there is no Go to build them with.
        BuildError: Go could not; what it said went to standard error.
    """
    folder = TOOLS / f"kubernetes-{_digest()}"
    if folder.is_dir():
        return folder
    toolchain = go()
    TOOLS.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (TOOLS / "kubernetes.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _build(toolchain, folder)
    return folder


def _digest() -> str:
    """Changes when a version, the program that joins them, the way they are built or a stage does."""
    sources = sorted([*CONTROL_PLANE.iterdir(), *KWOK.iterdir()])
    content = [path.read_bytes() for path in sources]
    return hashlib.sha256(b"\0".join([*content, repr((_HOW, _LINKED, STAGES)).encode()])).hexdigest()[:12]


def _build(toolchain: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=TOOLS) as beside:
        draft = Path(beside, "programs")
        draft.mkdir()
        # The small one first: whoever watches sees within two minutes that it works.
        _compile(toolchain, KWOK, _KWOK_PACKAGE, draft / "kwok")
        _compile(toolchain, CONTROL_PLANE, ".", draft / _ONE_PROGRAM, _versions())
        for name in PROGRAMS:
            (draft / name).symlink_to(_ONE_PROGRAM)
        (draft / "stages.yaml").write_text(_stages(toolchain), encoding="utf-8")
        # As a whole or not at all: whoever finds the folder finds all of it.
        draft.rename(folder)


def _compile(toolchain: Path, module: Path, package: str, program: Path, variables: str = "") -> None:
    command = [str(toolchain), "build", *_HOW, f"-ldflags={_LINKED}{variables}", "-o", str(program), package]
    try:
        subprocess.run(  # noqa: S603 - the Go toolchain, no shell
            command, cwd=module, env=_environment(), check=True, stdout=sys.stderr, timeout=BUILD_SECONDS
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"Go can't build {module.name}: {error}") from error


def _environment() -> dict[str, str]:
    # Without C: the programs need no compiler to be built and no library to run.
    return {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}


def _versions() -> str:
    """Linker flags that tell Kubernetes its version, as its own release build does."""
    version = kubernetes_version()
    major, minor, _ = version.removeprefix("v").split(".")
    told = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return "".join(f" -X {package}.{name}={value}" for package in packages for name, value in told.items())


def kubernetes_version() -> str:
    """The version of Kubernetes that is built, such as v1.37.2."""
    found = re.search(r"^\s*k8s\.io/kubernetes (v\S+)$", (CONTROL_PLANE / "go.mod").read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise BuildError("control-plane/go.mod names no version of k8s.io/kubernetes")
    return found[1]


def _stages(toolchain: Path) -> str:
    """What kwok's own module says that nodes and pods go through, as one YAML document after another."""
    command = [str(toolchain), "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"]
    asked = subprocess.run(command, cwd=KWOK, env=_environment(), check=True, capture_output=True, text=True)  # noqa: S603 - no shell
    folder = Path(asked.stdout.strip(), "kustomize", "stage")
    files = [path for name in STAGES for path in sorted((folder / name).glob("*.yaml"))]
    return "---\n".join(path.read_text("utf-8") for path in files if path.name != "kustomization.yaml")


def main() -> int:
    """Have them ready and say how long that took."""
    began = time.monotonic()
    # Others on this machine have work to do meanwhile; Go's compilers inherit it.
    os.nice(max(0, _NICENESS - os.nice(0)))
    try:
        folder = binaries()
    except (NoGoError, BuildError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    where = folder.relative_to(CHECKOUT)
    sys.stdout.write(f"Kubernetes {kubernetes_version()} is in {where} ({time.monotonic() - began:.1f} s)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
