"""Who gives an operator's command: the person signed in at `appstore`, by opaque id, or nobody.

The user of the machine is no such id: an event is kept for ever, and must not carry a name somebody has there.
"""

import asyncio

import httpx
from appstore_client.app_store import AppStore
from appstore_client.cli.exit_codes import InvalidInputError
from appstore_client.cli.session import chosen_address
from appstore_client.problem import Problem
from appstore_client.sign_in.signed_in import SignedIn
from appstore_client.sign_in.token_file import TokenFile

_PATIENCE = 3.0  # seconds: a gateway that is away is no reason not to help it


def signed_in_person() -> str | None:
    """The id of whoever is signed in; None when nobody is, or the App Store does not say."""
    try:
        address = chosen_address()
    except InvalidInputError:
        return None
    file = TokenFile()
    return asyncio.run(_ask(address, file)) if file.read(address) is not None else None


async def _ask(address: str, file: TokenFile) -> str | None:
    async with (
        httpx.AsyncClient(timeout=_PATIENCE) as http,
        AppStore(address, SignedIn(address, file, http), http=http) as store,
    ):
        try:
            async with asyncio.timeout(_PATIENCE):
                return (await store.people.me()).person
        except (Problem, TimeoutError):
            return None
