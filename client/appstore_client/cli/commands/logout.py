"""`appstore logout`: takes the refresh token back at the issuer, where it can, and forgets the tokens here."""

import asyncio
import contextlib

import httpx

from appstore_client.cli.language import text
from appstore_client.cli.output import Output, OutputOption, print_json, print_next, say
from appstore_client.cli.session import chosen_address
from appstore_client.sign_in.token_file import TokenFile
from appstore_client.transport import TIMEOUT


def logout(output: OutputOption = Output.TABLE) -> None:
    """Sign out."""
    address = chosen_address()
    file = TokenFile()
    asyncio.run(_revoke(file, address))
    forgotten = file.forget(address)
    if output is Output.JSON:
        print_json({"signedOut": forgotten})
        return
    say(text("login.forgotten", address=address) if forgotten else text("login.nobody"))
    print_next(["appstore login"])


async def _revoke(file: TokenFile, address: str) -> None:
    kept = file.read(address)
    if kept is None or kept[0].revoke is None or kept[1].refresh is None:
        return
    issuer, tokens = kept
    # The issuer being away must not keep the tokens on this machine.
    with contextlib.suppress(httpx.TransportError):
        async with httpx.AsyncClient(timeout=TIMEOUT) as http:
            await http.post(str(issuer.revoke), data={"client_id": issuer.client_id, "token": str(tokens.refresh)})
