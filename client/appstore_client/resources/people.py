"""The person who is signed in."""

from appstore_client.models.person import Me
from appstore_client.transport import Call, Transport


class People:
    """`/me`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def me(self) -> Me:
        """Return who is signed in; raises `Problem` when nobody is."""
        return Me.read(await self._transport.send(Call("GET", "/me")))
