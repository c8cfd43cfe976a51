"""Draws the sign-in pages, in Dutch or English as the browser asks."""

from pathlib import Path
from typing import Literal

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from infra.local.issuer.form import form_token, keep_form_token

PAGES = Path(__file__).parent / "pages"
TEXTS: dict[str, dict[str, str]] = yaml.safe_load((PAGES / "texts.yaml").read_text(encoding="utf-8"))
STYLE = (PAGES / "page.css").read_text(encoding="utf-8")
Template = Literal["sign_in.html", "device.html", "message.html"]
_templates = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined)


def draw(
    request: Request,
    template: Template,
    *,
    status: int = 200,
    form_may_lead_to: str = "",
    **values: str,
) -> Response:
    """Return the page with its form token; `form_may_lead_to` is an origin beside our own."""
    language = pick_language(request.headers.get("accept-language", ""))
    token = form_token(request)
    shown = {"wrong": "", "detail": "", "user_code": "", "username": "", "message": "", "action": "", **values}
    html = _templates.get_template(template).render(
        language=language,
        text=TEXTS[language],
        people=request.app.state.issuer.people.people,
        form_token=token,
        **shown,
    )
    response = HTMLResponse(
        html,
        status,
        {
            "Content-Language": language,
            "Vary": "Accept-Language",
            "Content-Security-Policy": _policy(form_may_lead_to),
        },
    )
    keep_form_token(response, token)
    return response


def _policy(form_may_lead_to: str) -> str:
    """Return the content policy; a browser checks `form-action` on the redirect after a post too."""
    form_action = f"'self' {form_may_lead_to}".strip()
    return f"default-src 'none'; style-src 'self'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"


def pick_language(accept_language: str) -> str:
    """Return `nl` or `en`, whichever the browser prefers (RFC 9110 section 12.5.4); English if neither."""
    best, best_quality = "en", 0.0
    for part in accept_language[:200].split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.split("-")[0].lower()
        quality = _quality(parameter)
        if language in TEXTS and quality > best_quality:
            best, best_quality = language, quality
    return best


def _quality(parameter: str) -> float:
    try:
        return float(parameter.strip().removeprefix("q=")) if parameter else 1.0
    except ValueError:
        return 0.0


async def style(request: Request) -> Response:  # noqa: ARG001 - a route
    """Answer the one style sheet."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=300"})
