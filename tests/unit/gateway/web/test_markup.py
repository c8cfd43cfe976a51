"""The HTML of every example is valid, labelled, without anything inline, and safe whatever the data says."""

from html.parser import HTMLParser

from services.gateway.web.preview import Rendered
from services.gateway.web.templates import WEB_FOLDER, safe_href

VOID = frozenset({"meta", "link", "input", "br", "col", "hr", "img"})
DRAWN = frozenset({"path", "rect", "circle"})


class Markup(HTMLParser):
    """The faults and the outline of one piece of HTML, as a strict reader would see them."""

    def __init__(self, html: str) -> None:
        """Read it all at once."""
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[str] = []
        self.landmarks: dict[str, int] = {}
        self.language: str | None = None
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self._open]
        self.faults += [f"field {one} has no label" for one in self.fields if one not in self.labels]
        self.faults += [f"id {one} twice" for one in {one for one in self.ids if self.ids.count(one) > 1}]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag, and what is wrong with it."""
        given = dict(attrs)
        self.tags.append(tag)
        if len(given) != len(attrs):
            self.faults.append(f"<{tag}> names an attribute twice")
        if "id" in given:
            self.ids.append(given["id"] or "")
        if tag == "html":
            self.language = given.get("lang")
        if tag == "a":
            self.links.append(given.get("href") or "")
        self._look_at(tag, given)
        if tag not in VOID and not (tag in DRAWN and self._self_closed()):
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Treat a tag that closes itself as opened and closed."""
        self.tags.append(tag)
        self._look_at(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        """Expect the tag that was opened last."""
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1:] or 'nothing'}")
            return
        self._open.pop()

    def _self_closed(self) -> bool:
        return (self.get_starttag_text() or "").endswith("/>")

    def _look_at(self, tag: str, given: dict[str, str | None]) -> None:
        self.faults += [f"<{tag}> has {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.faults.append(f"<{tag}> is inline")
        if tag == "svg" and "svg" not in self._open and not _is_labelled(given):
            self.faults.append("<svg> is neither labelled nor hidden")
        if tag == "img" and "alt" not in given:
            self.faults.append("<img> has no alt")
        if tag == "input" and given.get("type") not in {"hidden", "search", "number"}:
            self.faults.append("<input> of a kind this check does not know")
        if tag == "label":
            self.labels.add(given.get("for") or "")
        if tag == "select" or (tag == "input" and given.get("type") != "hidden"):
            self.fields.append(given.get("id") or "")
        if tag == "th" and not given.get("scope"):
            self.faults.append("<th> says not of what it is the head")


def _is_labelled(given: dict[str, str | None]) -> bool:
    return given.get("aria-hidden") == "true" or (given.get("role") == "img" and bool(given.get("aria-label")))


def test_the_check_finds_faults() -> None:
    """What the other tests lean on does see an unclosed tag, a double id, an inline style and a bare picture."""
    faults = Markup('<div id="a" style="x"><p id="a"></div><svg></svg><script>x</script>').faults
    assert {fault.split(">")[0] for fault in faults} >= {"<div", "</div", "<svg", "<script", "<p"}
    assert "id a twice" in faults
    assert Markup('<label for="n">N</label><input type="number" id="n">').faults == []
    assert Markup('<input type="number" id="n">').faults == ["field n has no label"]


def test_every_page_is_well_formed(pages: list[Rendered]) -> None:
    """Tags are balanced, ids are unique, pictures are labelled or hidden, and nothing is inline."""
    faults = {page.name: Markup(page.html).faults for page in pages}
    assert not {name: found for name, found in faults.items() if found}


def test_every_component_is_well_formed(components: list[Rendered]) -> None:
    """The same holds for every part by itself."""
    faults = {part.name: Markup(part.html).faults for part in components}
    assert not {name: found for name, found in faults.items() if found}


def test_every_page_has_its_outline(pages: list[Rendered]) -> None:
    """A page has one h1, one main, a header, a footer, a navigation, a skip link and a language."""
    for page in pages:
        markup = Markup(page.html)
        for tag in ("h1", "main", "header", "footer", "nav", "title"):
            assert markup.tags.count(tag) == 1, (page.name, tag)
        assert "#main" in markup.links, page.name
        assert markup.language == page.name[-2:], page.name


def test_every_page_and_component_has_examples() -> None:
    """A folder of a page or component holds its examples, so that nothing is left out of these tests."""
    folders = [file.parent for file in WEB_FOLDER.glob("*/*/*.html")]
    assert not [folder.name for folder in folders if not (folder / "examples.yaml").exists()]


def test_hostile_data_stays_text(pages: list[Rendered], components: list[Rendered]) -> None:
    """Names, sentences, reviews, logs and searches that hold markup are shown, never obeyed."""
    for example in (*pages, *components):
        assert "<script>alert" not in example.html, example.name
        assert "<b>" not in example.html, example.name
    assert any("&lt;script&gt;alert" in page.html for page in pages)


def test_no_page_links_to_a_script(pages: list[Rendered], components: list[Rendered]) -> None:
    """An address that data brings becomes a link only when it is http(s) or a path of our own."""
    for example in (*pages, *components):
        assert all(link.startswith(("https://", "http://", "/", "#", "?")) for link in Markup(example.html).links)


def test_addresses_that_do_not_lead_to_a_page_become_nothing() -> None:
    """Schemes that run, addresses of another host in disguise, and spaces are refused."""
    hostile = (
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/\\evil.example",
        "https://",
        "vbscript:x",
        "java\nscript:alert(1)",
        "https://a b",
        "",
    )
    assert {safe_href(address) for address in hostile} == {"#"}
    for address in ("https://example.org/a?b=c#d", "/", "/apps/docling", "?lang=en", "#main"):
        assert safe_href(address) == address
