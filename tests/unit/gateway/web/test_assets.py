"""Stylesheet and script are one file each, named by content, kept for ever, and allowed by the policy."""

import asyncio
import gzip

import httpx
from starlette.applications import Starlette

from services.gateway.web.assets import FOR_EVER, Assets, asset_routes, load_assets
from services.gateway.web.csp import content_security_policy, page_headers


def test_names_follow_the_content(assets: Assets) -> None:
    """The same content has the same name, each time it is built."""
    assert load_assets() == assets
    assert len({assets.stylesheet.name, assets.script.name, assets.icon.name}) == 3


def test_every_component_is_in_the_files(assets: Assets) -> None:
    """Tokens come first, then what uses them."""
    sheet = assets.stylesheet.body.decode()
    assert sheet.index("--color-paper") < sheet.index(".timeline__row") < sheet.index(".apps-page__key")
    assert b"EventSource" in assets.script.body


def test_the_files_are_small(assets: Assets) -> None:
    """A first visit costs less than 16 KB over the wire for style and script together."""
    assert len(assets.stylesheet.compressed) + len(assets.script.compressed) < 16 * 1024


def test_an_asset_may_be_kept_for_ever(assets: Assets) -> None:
    """It is served with its type, compressed when the browser can read that, and an old name is gone."""
    answer, packed, gone = asyncio.run(_get(assets))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, FOR_EVER)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content == assets.script.body
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(assets.script.compressed) == packed.content == assets.script.body
    assert gone.status_code == 404


async def _get(assets: Assets) -> list[httpx.Response]:
    application = httpx.ASGITransport(Starlette(routes=asset_routes(assets)))
    async with httpx.AsyncClient(transport=application, base_url="http://gateway") as client:
        return [
            await client.get(assets.script.url, headers={"Accept-Encoding": "identity"}),
            await client.get(assets.script.url, headers={"Accept-Encoding": "gzip"}),
            await client.get("/assets/site-000000000000.js"),
        ]


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    """Scripts and styles come from our own files only, and no other site may frame a page."""
    policy = content_security_policy()
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_form_may_lead_to_the_issuer_when_told() -> None:
    """Signing out ends at the issuer, which the policy then names."""
    headers = page_headers(("https://login.example.org",))
    assert "form-action 'self' https://login.example.org" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
