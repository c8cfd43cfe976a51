"""What it means that a part of the control plane is ready, and that the whole of it is."""

import asyncio
import http.client
import ssl
from http import HTTPStatus
from pathlib import Path

from infra.local.ports import HOST
from infra.local.ready import PATIENCE, Facts, NotReady, ReadyCheck, listens


def https_answers(port: int, path: str, authority: Path) -> ReadyCheck:
    """A GET of the path answers 200, with a certificate that this authority signed."""
    context: ssl.SSLContext | None = None

    async def check() -> Facts:
        nonlocal context
        if not await listens(port):
            raise NotReady("nobody listens yet")
        context = context or ssl.create_default_context(cafile=authority)
        status, body = await asyncio.to_thread(_get, port, path, context)
        if status != HTTPStatus.OK:
            raise NotReady(_what_fails(body) or f"{path} answers {status}")
        return {}

    return check


def _get(port: int, path: str, context: ssl.SSLContext) -> tuple[int, str]:
    connection = http.client.HTTPSConnection(HOST, port, timeout=PATIENCE, context=context)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(100_000).decode("utf-8", errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, f"[-]{error}"
    finally:
        connection.close()


def _what_fails(body: str) -> str:
    """The checks that the part itself marks as failed; it lists the others too."""
    failed = [line.removeprefix("[-]") for line in body.splitlines() if line.startswith("[-]")]
    return "; ".join(failed)[:300]
