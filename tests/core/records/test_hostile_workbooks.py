"""Workbooks made to break in: each is refused, or its trick is a finding in its cell; none is believed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from tests.core.records.small_region import small_region

from rasr.core.basis.findings import Refused
from rasr.core.records.files import archive, sheetscan
from rasr.core.records.files.annotate import annotate
from rasr.core.records.files.archive import inspect
from rasr.core.records.files.sheetscan import Scan
from rasr.core.records.region import Region

STOCK = "xl/worksheets/sheet8.xml"
BOOK, RELATIONS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
QUANTITY = r'<c r="E3"[^>]*><v>[^<]*</v></c>'
Parts = dict[str, str]
Change = Callable[[Parts], object]


@pytest.fixture
def rebuilt(tmp_path: Path) -> Callable[..., Path]:
    """Makes the small region's workbook anew with some parts changed."""
    source, target = tmp_path / "source.xlsx", tmp_path / "region.xlsx"
    small_region().write(source)

    def build(change: Change, packing: int = ZIP_DEFLATED) -> Path:
        with ZipFile(source) as given:
            parts = {name: given.read(name).decode() for name in given.namelist()}
        assert 'name="stock"' in parts[BOOK]
        assert re.search(QUANTITY, parts[STOCK])
        change(parts)
        with ZipFile(target, "w", packing) as made:
            for name, text in parts.items():
                made.writestr(name, text)
        return target

    return build


def refusal(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        Region.read(path)
    return caught.value.code


def unchanged(_: Parts) -> None:
    """The workbook as it is."""


def quantity(cell: str) -> Change:
    """The cell E3 of the stock, which held 100, written otherwise."""
    return lambda parts: parts.update({STOCK: re.sub(QUANTITY, lambda _: cell, parts[STOCK])})


def further(row: str) -> Change:
    return lambda parts: parts.update({STOCK: parts[STOCK].replace("</sheetData>", f"{row}</sheetData>")})


def replaced(part: str, old: str, new: str) -> Change:
    def change(parts: Parts) -> None:
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new)

    return change


def test_the_workbook_is_read_as_it_is(rebuilt: Callable[..., Path]) -> None:
    assert Region.read(rebuilt(unchanged)).check() == []


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="E3"><f/><v>100</v></c>',
        '<c s="0" r="E3"><f>1+1</f><v>100</v></c>',
        f'<c r="E3"{" " * 5000}><f>1+1</f><v>100</v></c>',
        f'<x:c xmlns:x="{MAIN}" r="E3"><x:f>1</x:f><x:v>100</x:v></x:c>',
    ],
)
def test_a_formula_is_a_finding_however_it_is_written(rebuilt: Callable[..., Path], cell: str) -> None:
    region = Region.read(rebuilt(quantity(cell)))
    assert [(it.code, it.row, it.column) for it in region.door] == [("formula_in_cell", 1, "quantity")]
    assert region.table("stock")["quantity"][0] is None


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="E3" x=">"><f>1+1</f><v>100</v></c>',
        '<c r="E3"><!-- --><f>1+1</f><v>100</v></c>',
        '<c r="E3"><?a?><f>1+1</f><v>100</v></c>',
        '<c r="E3"><v>100</v><f>1+1</f></c>',
        "<c r='E3'><f>1+1</f><v>100</v></c>",
    ],
)
def test_a_formula_hidden_from_the_scan_is_refused(rebuilt: Callable[..., Path], cell: str) -> None:
    assert refusal(rebuilt(quantity(cell))) == "unreadable_workbook"


@pytest.mark.parametrize(
    "row",
    [
        '<row r="9"><c r="xfd1048576"><v>1</v></c></row>',
        '<row r="9"><c r="A000000900000"><v>1</v></c></row>',
        '<row r="9"><c r="AAAAAAA9"><v>1</v></c></row>',
        '<row r="9"><c r="A9" r="XFD1048576"><v>1</v></c></row>',
        '<row r="9"><c><v>1</v></c></row>',
    ],
)
def test_a_cell_whose_place_the_scan_cannot_read_is_refused(rebuilt: Callable[..., Path], row: str) -> None:
    assert refusal(rebuilt(further(row))) == "unreadable_workbook"


def test_a_cell_far_out_is_seen_whatever_stands_beside_its_address(rebuilt: Callable[..., Path]) -> None:
    path = rebuilt(further('<row r="1048576"><c r="XFD1048576" x="/"><v>1</v></c></row>'))
    assert [finding.code for finding in Region.read(path).door] == ["too_many_rows"]


def moved(to: str, target: str) -> Change:
    def change(parts: Parts) -> None:
        quantity('<c r="E3"><f>1+1</f><v>100</v></c>')(parts)
        parts[to] = parts.pop(STOCK)
        parts[RELATIONS] = parts[RELATIONS].replace("worksheets/sheet8.xml", target)

    return change


@pytest.mark.parametrize(
    ("to", "target"),
    [
        ("xl/worksheets/SHEET8.xml", "worksheets/sheet8.xml"),
        ("xl/worksheets/sheet8.dat", "worksheets/sheet8.dat"),
        (STOCK, "../xl/worksheets/sheet8.xml"),
        (STOCK, "worksheets/sheet7.xml"),
    ],
)
def test_a_sheet_that_two_readers_could_find_in_two_places_is_refused(
    rebuilt: Callable[..., Path], to: str, target: str
) -> None:
    assert refusal(rebuilt(moved(to, target))) == "unreadable_workbook"


def test_a_sheet_in_an_odd_place_is_scanned_too(rebuilt: Callable[..., Path]) -> None:
    region = Region.read(rebuilt(moved("xl/elsewhere/s.xml", "elsewhere/s.xml")))
    assert [finding.code for finding in region.door] == ["formula_in_cell"]


def test_a_sheet_with_two_relations_or_a_second_of_its_name_is_refused(rebuilt: Callable[..., Path]) -> None:
    named = 'name="stock" sheetId="8" r:id="rId8"'
    second = f'{named} xmlns:z="urn:z" z:id="rId1"'
    assert refusal(rebuilt(replaced(BOOK, named, second))) == "unreadable_workbook"
    twice = replaced(BOOK, "</sheets>", '<sheet name="stock" sheetId="99" r:id="rId1"/></sheets>')
    assert refusal(rebuilt(twice)) == "unreadable_workbook"


def test_a_file_that_shows_people_another_workbook_is_refused(rebuilt: Callable[..., Path]) -> None:
    assert refusal(rebuilt(replaced("_rels/.rels", "xl/workbook.xml", "xl/other.xml"))) == "unreadable_workbook"


@pytest.mark.parametrize(
    "change",
    [
        replaced(TYPES, "openxmlformats-officedocument.spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main"),
        replaced(
            RELATIONS,
            "</Relationships>",
            '<Relationship Id="r" Type="urn:x/vbaProject" Target="harmless.bin"/></Relationships>',
        ),
        lambda parts: parts.update({"xl/macrosheets/sheet1.xml": "<a/>"}),
        lambda parts: parts.update({"xl/VBAProject.bin": "macro"}),
    ],
    ids=["content type", "relation", "macro sheet", "capitals"],
)
def test_macros_are_refused_under_any_name(rebuilt: Callable[..., Path], change: Change) -> None:
    assert refusal(rebuilt(change)) == "workbook_with_macros"


@pytest.mark.parametrize("part", [STOCK, BOOK, "xl/sharedStrings.xml", TYPES])
def test_entities_are_refused_in_any_part(rebuilt: Callable[..., Path], part: str) -> None:
    doctype = '?>\n<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    assert refusal(rebuilt(replaced(part, "?>", doctype))) == "workbook_with_entities"


def test_entities_in_another_encoding_are_refused(rebuilt: Callable[..., Path]) -> None:
    path = rebuilt(unchanged)
    with ZipFile(path, "a") as made:
        made.writestr("docProps/custom.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16"))
    assert refusal(path) == "unreadable_workbook"


def test_a_packing_that_unpacks_all_at_once_is_refused(rebuilt: Callable[..., Path]) -> None:
    assert refusal(rebuilt(unchanged, ZIP_BZIP2)) == "unreadable_workbook"


def test_a_part_with_a_second_name_or_twice_is_refused(rebuilt: Callable[..., Path]) -> None:
    path = rebuilt(unchanged)
    entry = ZipInfo("xl/media/image.xml")
    entry.extra = b"\x75\x70\x0a\x00\x01\x00\x00\x00\x00other"
    with ZipFile(path, "a") as made:
        made.writestr(entry, "<a/>")
    assert refusal(path) == "unreadable_workbook"
    path = rebuilt(lambda parts: parts.update({"XL/Workbook.xml": "<a/>"}))
    assert refusal(path) == "unreadable_workbook"


def test_a_flood_of_texts_or_styles_is_refused_unread(
    rebuilt: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_TEXTS", 1000)
    monkeypatch.setattr(archive, "MAX_PART_MB", 1)
    texts = replaced("xl/sharedStrings.xml", "</sst>", "<si><t>a</t></si>" * 1001 + "</sst>")
    assert refusal(rebuilt(texts)) == "unreadable_workbook"
    styles = replaced("xl/styles.xml", "</styleSheet>", "<x/>" * 300_000 + "</styleSheet>")
    assert refusal(rebuilt(styles)) == "unreadable_workbook"


def test_a_flood_of_cells_at_one_address_is_refused(
    rebuilt: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheetscan, "MOST_CELLS", 5000)
    path = rebuilt(further('<row r="9"><c r="A9"><v>1</v></c></row>' * 5001))
    assert refusal(path) == "unreadable_workbook"


def test_places_that_lead_out_of_the_archive_lead_nowhere(rebuilt: Callable[..., Path], tmp_path: Path) -> None:
    path = rebuilt(lambda parts: parts.update({"../../evil": "x", "/etc/evil": "x", "..\\..\\evil2": "x"}))
    assert Region.read(path).check() == []
    annotate(path, tmp_path / "copy.xlsx", [])
    assert {file.name for file in tmp_path.rglob("*")} == {"source.xlsx", "region.xlsx", "copy.xlsx"}


@pytest.mark.parametrize(
    "element",
    [
        '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        '<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>',
        "<mergeCells count='1'><mergeCell ref='&#65;1:XFD1048576'/></mergeCells>",
    ],
)
def test_a_range_over_a_whole_sheet_is_not_copied_cell_by_cell(
    rebuilt: Callable[..., Path], tmp_path: Path, element: str
) -> None:
    path = rebuilt(replaced(STOCK, "<pageMargins", f"{element}<pageMargins"))
    assert inspect(path)["stock"].spanned == 16_384 * 1_048_576
    with pytest.raises(Refused, match="unreadable_workbook"):
        annotate(path, tmp_path / "copy.xlsx", [])


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_the_scan_finds_the_same_in_pieces_of_any_size(size: int) -> None:
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c><c r="BC%d" t="str"><f>A%d&amp;"x"</f><v>1x</v></c></row>' % ((line,) * 4)
        for line in range(1, 40)
    )
    sheet = (
        b'<?xml version="1.0"?><worksheet><sheetData>' + rows + b"</sheetData><ext><xm:f>A1</xm:f></ext></worksheet>"
    )
    whole, pieces = Scan("s"), Scan("s")
    whole.feed(sheet)
    for start in range(0, len(sheet), size):
        pieces.feed(sheet[start : start + size])
    facts = whole.close()
    assert pieces.close() == facts
    assert (facts.columns, facts.last_line, facts.cells, len(facts.formulas)) == ((1, 55), 39, 78, 39)
    assert facts.formulas[55, 7] == '=A7&"x"'
