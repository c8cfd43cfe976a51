"""The person who is signed in, and people who want to be forgotten."""

from urllib.parse import quote

from appstore_client.models.person import Me
from appstore_client.transport import Call, Transport


class People:
    """`/me` and `/people`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def me(self) -> Me:
        """Return who is signed in; raises `Problem` when nobody is."""
        return Me.read(await self._transport.send(Call("GET", "/me")))

    async def erase(self, person: str) -> None:
        """Erase a person, by id, for good; raises `Problem` when that is not allowed or nobody has this id."""
        await self._transport.send(Call("DELETE", f"/people/{quote(person, safe='')}"))
