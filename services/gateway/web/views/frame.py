"""Who reads a page, in which language and at which address: what the bar above every page says.

Before it: `visit`, which asks the request. After it: the views of the pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from services.gateway.identity.person import Person
from services.gateway.locales.languages import LANGUAGE_PARAMETER
from services.gateway.locales.texts import Texts
from services.gateway.web.layout.frame import AssetUrls, Frame, SignedInPerson

SIGN_IN = "/auth/sign-in"
SIGN_OUT = "/auth/sign-out"
API_DESCRIPTION = "/api/v1/openapi.json"


@dataclass(frozen=True)
class Reader:
    """Somebody in front of a page; `person` is None for somebody who did not sign in."""

    texts: Texts
    path: str
    query: Sequence[tuple[str, str]] = ()
    """The parameters of the address, without the language."""
    person: Person | None = None
    csrf: str = ""

    def address(self, *more: tuple[str, str]) -> str:
        """This page's address on this site."""
        query = urlencode([*self.query, *more])
        return quote(self.path) + (f"?{query}" if query else "")


def frame_of(reader: Reader, assets: AssetUrls, current: Literal["apps"] | None = None) -> Frame:
    """The bar above and the line below a page, for this reader."""
    return Frame(
        assets=assets,
        other_language_url=reader.address((LANGUAGE_PARAMETER, reader.texts.other_language)),
        current=current,
        person=_signed_in(reader),
        sign_in_url=f"{SIGN_IN}?{urlencode({'next': reader.address()})}",
        api_url=API_DESCRIPTION,
    )


def _signed_in(reader: Reader) -> SignedInPerson | None:
    person = reader.person
    if person is None:
        return None
    return SignedInPerson(
        name=person.name or reader.texts("timeline.somebody"),
        teams=tuple(team.slug for team in person.teams()),
        sign_out_url=SIGN_OUT,
        csrf_token=reader.csrf,
    )
