"""Joins the stylesheets and scripts of tokens, layout, components and pages into one file each, at start.

Before it: the files beside each component. After it: `/assets/<name>-<hash>.<kind>`, which may be kept for ever,
because another content has another name.
"""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.gateway.web.components.criteria_mark.score import CRITERIA
from services.gateway.web.components.criteria_mark.shapes import SHAPES
from services.gateway.web.csp import SECURITY_HEADERS
from services.gateway.web.layout.frame import AssetUrls
from services.gateway.web.templates import WEB_FOLDER

FOR_EVER = "public, max-age=31536000, immutable"
_HASH_LENGTH = 12


@dataclass(frozen=True)
class Asset:
    """One file as it is served, also compressed."""

    name: str
    media_type: str
    body: bytes
    compressed: bytes

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"/assets/{self.name}"


@dataclass(frozen=True)
class Assets:
    """The files of this build."""

    stylesheet: Asset
    script: Asset
    icon: Asset

    @property
    def urls(self) -> AssetUrls:
        """What a page's frame names."""
        return AssetUrls(self.stylesheet.url, self.script.url, self.icon.url)

    def find(self, name: str) -> Asset | None:
        """The file with exactly this name; an older build's name is gone."""
        return next((one for one in (self.stylesheet, self.script, self.icon) if one.name == name), None)


def load_assets() -> Assets:
    """Read, join and compress; milliseconds, once per process."""
    styles, scripts = [WEB_FOLDER / "tokens.css"], []
    for folder in ("layout", "components", "pages"):
        styles += _files(folder, "css")
        scripts += _files(folder, "js")
    return Assets(
        stylesheet=_asset("site", "css", "text/css", "\n".join(_read(styles))),
        script=_asset("site", "js", "text/javascript", "\n".join(f"{{\n{text}}}" for text in _read(scripts))),
        icon=_asset("icon", "svg", "image/svg+xml", _icon()),
    )


def asset_routes(assets: Assets) -> list[Route]:
    """The one route that serves them."""

    async def serve(request: Request) -> Response:
        asset = assets.find(request.path_params["name"])
        if asset is None:
            return Response(status_code=404, headers=dict(SECURITY_HEADERS))
        return _respond(asset, request.headers.get("accept-encoding", ""))

    return [Route("/assets/{name}", serve, methods=["GET"])]


def _respond(asset: Asset, accepted: str) -> Response:
    headers = {**SECURITY_HEADERS, "Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    if "gzip" in accepted:
        return Response(asset.compressed, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(asset.body, media_type=asset.media_type, headers=headers)


def _files(folder: str, kind: str) -> list[Path]:
    return sorted((WEB_FOLDER / folder).rglob(f"*.{kind}"))


def _read(files: Iterable[Path]) -> list[str]:
    return [file.read_text(encoding="utf-8") for file in files]


def _asset(stem: str, kind: str, media_type: str, text: str) -> Asset:
    body = text.encode()
    name = f"{stem}-{sha256(body).hexdigest()[:_HASH_LENGTH]}.{kind}"
    return Asset(name, media_type, body, gzip.compress(body, mtime=0))


def _icon() -> str:
    """The first shape of the mark, for the browser's tab."""
    path = SHAPES[CRITERIA[0]].outline
    style = "path{fill:#14181f}@media(prefers-color-scheme:dark){path{fill:#ecece6}}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><style>{style}</style><path d="{path}"/></svg>'
