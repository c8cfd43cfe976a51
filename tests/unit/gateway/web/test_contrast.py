"""Every pair of colours in use is readable in both themes, computed from the tokens (visual specification)."""

import re
from itertools import product
from typing import Literal

import pytest

from services.gateway.web.templates import WEB_FOLDER

Colour = tuple[float, float, float]
Theme = Literal["light", "dark"]

_ROLE = re.compile(r"--color-([a-z-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\);")
THEMES: tuple[Theme, ...] = ("light", "dark")
SURFACES = ("paper", "sunk", "float")
STATES = ("good", "attention", "bad", "unknown")
TEXTS = ("ink", "ink-soft", "action", *(f"state-{one}" for one in STATES))
SHAPES = ("control", *(f"state-{one}-edge" for one in STATES))
OVERLAYS = (0.0, 0.06, 0.12)
PAIRS_OF_TEXT = (
    ("on-action", "action"),
    ("on-action", "action-strong"),
    ("on-marker", "marker"),
    *((f"state-{one}", f"state-{one}-surface") for one in STATES),
    *product(("ink", "ink-soft", "action"), (f"state-{one}-surface" for one in STATES)),
    *product(("ink", "ink-soft", "action", "state-attention", "state-bad"), ("marker-surface",)),
)
PAIRS_OF_SHAPES = (
    ("focus-outer", "focus-inner"),
    ("focus-outer", "paper"),
    ("rule", "paper"),
    ("ink", "paper"),
    *((f"state-{one}-edge", f"state-{one}-surface") for one in STATES),
)


def _roles() -> dict[Theme, dict[str, Colour]]:
    found = _ROLE.findall((WEB_FOLDER / "tokens.css").read_text(encoding="utf-8"))
    return {
        "light": {name: _colour(light) for name, light, _ in found},
        "dark": {name: _colour(dark) for name, _, dark in found},
    }


def _colour(digits: str) -> Colour:
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def _over(top: Colour, share: float, below: Colour) -> Colour:
    red, green, blue = (share * a + (1 - share) * b for a, b in zip(top, below, strict=True))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2.1)."""
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: Colour, other: Colour) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


ROLES = _roles()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_text_reads_on_every_surface(theme: Theme, surface: str, overlay: float) -> None:
    """Text has a contrast of 4.5 on paper, sunk and float: plain, hovered and pressed."""
    roles = ROLES[theme]
    beneath = _over(roles["ink"], overlay, roles[surface])
    low = {text: _contrast(roles[text], beneath) for text in TEXTS if _contrast(roles[text], beneath) < 4.5}
    assert not low


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_shape_is_seen_on_every_surface(theme: Theme, surface: str, overlay: float) -> None:
    """Borders and shapes that mean something have a contrast of 3 wherever they stand."""
    roles = ROLES[theme]
    beneath = _over(roles["ink"], overlay, roles[surface])
    low = {shape: _contrast(roles[shape], beneath) for shape in SHAPES if _contrast(roles[shape], beneath) < 3}
    assert not low


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "surface"), PAIRS_OF_TEXT)
def test_text_reads_on_its_own_surface(theme: Theme, text: str, surface: str) -> None:
    """Buttons, the marker and the state surfaces carry text with a contrast of 4.5."""
    assert _contrast(ROLES[theme][text], ROLES[theme][surface]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("shape", "surface"), PAIRS_OF_SHAPES)
def test_lines_are_seen_on_their_own_surface(theme: Theme, shape: str, surface: str) -> None:
    """Focus, rules and edges have a contrast of 3."""
    assert _contrast(ROLES[theme][shape], ROLES[theme][surface]) >= 3


def test_components_name_roles_only() -> None:
    """No stylesheet but the tokens holds a colour of its own, and every role it names exists."""
    sheets = [file for file in WEB_FOLDER.rglob("*.css") if file.name != "tokens.css"]
    known = set(re.findall(r"(--[a-z0-9-]+):", (WEB_FOLDER / "tokens.css").read_text(encoding="utf-8")))
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", text), sheet
        assert set(re.findall(r"var\((--[a-z0-9-]+)\)", text)) <= known, sheet
