"""Gives the kept access token, renewed a little before it ends or when the API refuses it."""

import time

import httpx

from appstore_client.sign_in.token_answer import SignInRefused, Tokens, ask_tokens
from appstore_client.sign_in.token_file import TokenFile

EARLY = 30.0
"""Seconds before its end that a token is renewed: the request it travels with takes time too."""


class SignedIn:
    """The tokens in the file of this user, as a `TokenSource`."""

    def __init__(self, address: str, file: TokenFile, http: httpx.AsyncClient) -> None:
        self._address = address
        self._file = file
        self._http = http
        self._given: str | None = None

    async def access_token(self, *, renew: bool = False) -> str | None:
        """Return a token that is still good; None when nobody is signed in or the sign-in has ended."""
        kept = self._file.read(self._address)
        if kept is None:
            return None
        issuer, tokens = kept
        # Another command may have renewed it since ours was refused.
        stale = renew and tokens.access == self._given
        if (stale or tokens.expires_at - EARLY <= time.time()) and tokens.refresh:
            form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
            try:
                fresh = await ask_tokens(self._http, issuer, form)
            except SignInRefused:
                return self._renewed_by_another(tokens)
            tokens = Tokens(fresh.access, fresh.refresh or tokens.refresh, fresh.expires_at)
            self._file.write(self._address, issuer, tokens)
        self._given = tokens.access
        return tokens.access

    def _renewed_by_another(self, refused: Tokens) -> str | None:
        kept = self._file.read(self._address)
        if kept is None or kept[1].access == refused.access:
            return None
        self._given = kept[1].access
        return self._given
