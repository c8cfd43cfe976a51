"""Developer's tool: renders every example of every page and component into a folder, to look at and to screenshot.

`python -m services.gateway.web.preview FOLDER`. Before it: the `examples.yaml` beside each page and component.
The tests render the same examples.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import yaml
from markupsafe import Markup
from pydantic import TypeAdapter

from services.gateway.locales.patterns import LANGUAGES, Language
from services.gateway.locales.texts import Texts
from services.gateway.web.assets import Assets, load_assets
from services.gateway.web.templates import WEB_FOLDER, environment

Example = dict[str, Any]
_PAGES = "services.gateway.web.pages"


@dataclass(frozen=True)
class Rendered:
    """One example in one language."""

    name: str
    html: str


def render_pages(assets: Assets, languages: tuple[Language, ...] = LANGUAGES) -> Iterator[Rendered]:
    """Every example of every page."""
    for file in sorted((WEB_FOLDER / "pages").glob("*/examples.yaml")):
        page = import_module(f"{_PAGES}.{file.parent.name}.page")
        adapter = TypeAdapter(get_type_hints(page.render)["view"])
        for example in _read(file):
            for language in languages:
                view = adapter.validate_python({**example["view"], "frame": _frame(example, assets)})
                name = f"{file.parent.name}-{_slug(example['name'])}-{language}"
                yield Rendered(name, page.render(view, Texts(language)))


def render_components(languages: tuple[Language, ...] = LANGUAGES) -> Iterator[Rendered]:
    """Every example of every component, as a fragment."""
    for file in sorted((WEB_FOLDER / "components").glob("*/examples.yaml")):
        component = file.parent.name
        template = environment().get_template(f"components/{component}/{component}.html")
        for example in _read(file):
            for language in languages:
                module = template.make_module({"t": Texts(language)})
                html = getattr(module, str(example["macro"]))(**example.get("arguments", {}))
                yield Rendered(f"{component}-{_slug(example['name'])}-{language}", str(html))


def render_style_page(assets: Assets, language: Language) -> str:
    """Every component's examples under one another: the parts at a glance."""
    fragments = [
        {"name": one.name, "html": Markup(one.html)}  # noqa: S704 rendered by our own templates, escaped there
        for one in render_components((language,))
        if not one.name.startswith(("header-", "footer-", "sign_in_hint-"))
    ]
    return (
        environment()
        .get_template("layout/style_page.html")
        .render(
            t=Texts(language),
            frame=_example_frame(assets),
            live=None,
            fragments=fragments,
        )
    )


def main(folder: Path) -> None:
    """Write the examples, an index and the assets."""
    assets = load_assets()
    (folder / "assets").mkdir(parents=True, exist_ok=True)
    for asset in (assets.stylesheet, assets.script, assets.icon):
        (folder / "assets" / asset.name).write_bytes(asset.body)
    rendered = [*render_pages(assets), *(Rendered(f"style-{one}", render_style_page(assets, one)) for one in LANGUAGES)]
    for example in rendered:
        (folder / f"{example.name}.html").write_text(example.html, encoding="utf-8")
    sys.stdout.write("\n".join(example.name for example in rendered) + "\n")


def _frame(example: Example, assets: Assets) -> dict[str, object]:
    return {**_example_frame(assets), **example.get("frame", {})}


def _example_frame(assets: Assets) -> dict[str, object]:
    return {
        "assets": {"stylesheet": assets.stylesheet.url, "script": assets.script.url, "icon": assets.icon.url},
        "other_language_url": "/?lang=en",
        "current": None,
        "person": {"name": "Sanne Bakker", "teams": ["Team Data"], "sign_out_url": "/sign-out", "csrf_token": "x"},
        "sign_in_url": "/sign-in",
        "api_url": "/v1/openapi.json",
    }


def _read(file: Path) -> list[Example]:
    examples: list[Example] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return examples


def _slug(name: object) -> str:
    return "-".join("".join(one if one.isalnum() else " " for one in str(name).lower()).split())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
