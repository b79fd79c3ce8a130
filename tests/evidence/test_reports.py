import io
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from recert.evidence import html
from recert.evidence.pack import export_pack

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><a href="javascript:x">y</a>',
    "{{ 7 * 7 }}{% raw %}",
    "</td></tr></table><h1>APPROVED</h1>",
    "\x1b[2J\u202egnp.exe\u2028",
    '=HYPERLINK("http://x","y")',
    "&lt;b&gt; &amp;",
]
VOID = {"meta", "br"}
KNOWN = {
    "html", "head", "meta", "title", "style", "body", "p", "header", "h1", "h2", "h3", "bdi", "dl", "div",
    "dt",
    "dd", "section", "table", "thead", "tbody", "tr", "th", "td", "br", "span", "strong", "code", "ul", "li",
}  # fmt: skip


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture
def hostile_pack(world: Any, worlds: Any, tmp_path: Path) -> Path:
    world.open(len(HOSTILE) + 1)
    for number, text in enumerate(HOSTILE):
        world.decide(number, "reduce" if number == 0 else "attest", rationale=text)
    world.exclude(len(HOSTILE), HOSTILE[0])
    world.sign()
    export_pack(world.store, world.campaign, tmp_path / "pack", world.clock, worlds.OWEN)
    return tmp_path / "pack"


def page_of(pack: Path) -> Page:
    page = Page()
    page.feed((pack / "report.html").read_text())
    page.close()
    return page


def test_the_page_holds_no_element_and_no_attribute_that_we_did_not_write(
    hostile_pack: Path,
) -> None:
    page = page_of(hostile_pack)
    assert page.open == []
    assert set(page.tags) <= KNOWN
    names = {name for name, _ in page.attributes}
    assert names <= {"lang", "charset", "http-equiv", "content", "name", "class", "scope"}
    assert page.tags.count("h1") == 1


def test_the_page_loads_and_runs_nothing(hostile_pack: Path) -> None:
    text = (hostile_pack / "report.html").read_text()
    assert "default-src 'none'" in text
    assert not re.search(
        r"(?i)\b(src|href|srcset|action)=", re.sub(r"&[^;]+;", "", text).split("<section>")[0]
    )
    assert "url(" not in text
    assert "@import" not in text


def test_the_style_is_the_one_that_the_page_allows(hostile_pack: Path) -> None:
    import base64  # noqa: PLC0415 - next to its one use
    import hashlib  # noqa: PLC0415 - as above

    text = (hostile_pack / "report.html").read_text()
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in text.replace("&#43;", "+").replace("&#39;", "'")


def test_what_people_wrote_is_readable_and_harmless(hostile_pack: Path) -> None:
    shown = "".join(page_of(hostile_pack).texts)
    for text in HOSTILE:
        if text.isprintable():
            assert text in shown
    assert "‹U+001B›[2J‹U+202E›gnp.exe‹U+2028›" in shown
    assert not any(char in shown for char in "\x1b\u202e\u2028")


def test_the_page_shows_what_a_signature_must_show(hostile_pack: Path) -> None:
    shown = " ".join("".join(page_of(hostile_pack).texts).split())
    assert "Anna (anna@example.com)" in shown
    assert "I reviewed these permissions" in shown
    assert "signature none" in shown
    assert "REPLAY" in shown
    assert "INTERIM" in shown


def test_a_workbook_holds_text_only(hostile_pack: Path) -> None:
    data = (hostile_pack / "decisions.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        names = book.namelist()
        sheets = [name for name in names if name.startswith("xl/worksheets/sheet")]
        shared = "".join(ET.fromstring(book.read("xl/sharedStrings.xml")).itertext())  # noqa: S314 - our own
        kinds = set()
        for name in sheets:
            tree = ET.fromstring(book.read(name))  # noqa: S314 - our own
            space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
            kinds |= {cell.get("t") for cell in tree.iter(f"{space}c") if len(cell)}
            assert not list(tree.iter(f"{space}f"))
            assert not list(tree.iter(f"{space}hyperlink"))
    assert len(sheets) == 4
    assert kinds == {"s"}
    assert not any("external" in name.lower() or "vba" in name.lower() for name in names)
    assert "'=HYPERLINK" in shared


def test_a_text_of_any_length_fits_into_a_cell(world: Any, worlds: Any, tmp_path: Path) -> None:
    world.open(1)
    world.decide(0, rationale="x" * 131_072)
    export_pack(world.store, world.campaign, tmp_path / "pack", world.clock, worlds.OWEN)
    assert (tmp_path / "pack" / "decisions.xlsx").is_file()
    assert (tmp_path / "pack" / "report.html").stat().st_size < 50_000


def test_a_template_that_names_nothing_known_would_not_go_unnoticed() -> None:
    template, _, _ = html._template()
    from jinja2 import UndefinedError  # noqa: PLC0415 - next to its one use

    with pytest.raises(UndefinedError):
        template.render()
