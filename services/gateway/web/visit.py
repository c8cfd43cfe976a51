"""One visit of a page: who reads, in which language, and how the answer leaves.

Before it: a browser's request. After it: the views, and the HTML with its headers. Pages know sessions only; a bearer
token is for the API.
"""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.gateway.api.problems import texts_for
from services.gateway.identity.current_person import Identity, current_session
from services.gateway.locales.languages import LANGUAGE_COOKIE, LANGUAGE_PARAMETER
from services.gateway.web.csp import page_headers
from services.gateway.web.views.frame import Reader

LONGEST_VALUE = 200
MOST_PARAMETERS = 10
A_YEAR = 365 * 24 * 3600
OK = 200


@dataclass(frozen=True)
class Visit:
    """A request for a page, with its reader."""

    request: Request
    reader: Reader
    secure: bool
    """Whether cookies are for HTTPS only."""

    def answer(self, html: str, status: int = OK, **headers: str) -> Response:
        """The page with the headers of every page; a language that was chosen is remembered."""
        language = self.reader.texts.language
        response = HTMLResponse(html, status, {**page_headers(), "Content-Language": language, **headers})
        if LANGUAGE_PARAMETER in self.request.query_params:
            response.set_cookie(LANGUAGE_COOKIE, language, max_age=A_YEAR, secure=self.secure, samesite="lax")
        return response


def anonymous_visit(request: Request, identity: Identity) -> Visit:
    """A visit before anybody asked who it is: also what is left when the sessions can't be read."""
    query = [
        (name, value[:LONGEST_VALUE])
        for name, value in request.query_params.multi_items()[:MOST_PARAMETERS]
        if name != LANGUAGE_PARAMETER
    ]
    return Visit(request, Reader(texts_for(request), request.url.path, query), identity.cookies.secure)


async def begin_visit(request: Request, identity: Identity) -> Visit:
    """A visit with the person of the session, if there is one."""
    visit, session = anonymous_visit(request, identity), await current_session(request, identity)
    if session is None:
        return visit
    person = replace(session.person, name=await identity.people.name_of(session.person.id))
    return replace(visit, reader=replace(visit.reader, person=person, csrf=session.csrf))
