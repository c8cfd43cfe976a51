"""The real `appstore` command, run as a program in a home of its own."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.home import CHECKOUT

APPSTORE = Path(sys.executable).with_name("appstore")


@dataclass(frozen=True)
class Finished:
    """What a program answered."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both outputs, as a person at a terminal sees them."""
        return self.out + self.err

    @property
    def json(self) -> Any:
        """The standard output as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Terminal:
    """A terminal of somebody at one address."""

    address: str
    home: Path

    async def appstore(self, *arguments: str, stdin: str = "", within: float = 60) -> Finished:
        """Run `appstore` with these arguments and wait for its end."""
        return await run(str(APPSTORE), *arguments, environment=self.environment, stdin=stdin, within=within)

    async def login(self, username: str) -> None:
        """Sign in by name and password, as a script does."""
        done = await self.appstore("login", "--username", username, "--password-stdin", stdin=f"demo-{username}\n")
        assert done.code == 0, done.said

    @property
    def environment(self) -> dict[str, str]:
        """What the command sees of this terminal."""
        return {"APPSTORE_ADDRESS": self.address, "HOME": str(self.home), "APPSTORE_LANG": "en", "COLUMNS": "200"}


async def run(*command: str, environment: Mapping[str, str], stdin: str = "", within: float = 60) -> Finished:
    """Run a program of the checkout; it is killed when it takes longer than `within` seconds."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("APPSTORE_", "XDG_"))}
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=CHECKOUT,
        env=inherited | dict(environment),
    )
    try:
        async with asyncio.timeout(within):
            out, err = await process.communicate(stdin.encode())
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return Finished(process.returncode or 0, out.decode(), err.decode())
