"""The safe door before a workbook is opened: its zip is looked at as bytes first.

A workbook is refused unread if it is too large, unpacks to too much, holds macros or declares XML entities. For each
sheet the extent is measured (a stray cell far out would make any reader reserve a huge table) and the cells with
formulas and error values are found, because readers hand over only the value a formula had when it was last saved.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

from rasr.core.basis.findings import Refused

MB = 1024 * 1024
MAX_FILE_MB = 100
MAX_UNPACKED_MB = 1000
MAX_ENTRIES = 10_000
MAX_RATIO = 200
"""How many times its size a workbook may unpack to: spreadsheet programs reach about 30."""
SMALL_MB = 20
"""What unpacks to no more than this is never called a bomb, whatever its ratio."""
MOST_COLUMNS = 16_384
"""Columns of a sheet: a limit of the file format."""
CHUNK = 4 * MB
OVERLAP = 4096
"""Bytes of a chunk that are looked at again with the next, so that nothing is cut in two."""
_FAULTS = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^<>/]*>')
"""A cell with something in it, as every spreadsheet program writes it: the address first."""
_UNUSUAL_CELL = re.compile(rb'<(?:\w+:c|c(?! r="))(?=[\s/>])')
_ANY_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^<>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"[^<>]*(?<!/)>')
_CELL_WITHOUT_ADDRESS = re.compile(rb'<(?:\w+:)?c(?=[\s/>])(?![^<>]*\sr=")[^<>]*>')
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\s(?:[^<>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"[^<>]*>\s*<(?:\w+:)?f(?=[\s/>])[^<>]*>([^<]*)'
)
_ERROR_VALUE = re.compile(
    rb'<(?:\w+:)?c\s(?=[^<>]*\st="e")(?:[^<>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"[^<>]*>\s*<(?:\w+:)?v>([^<]*)<'
)


@dataclass
class SheetFacts:
    """What the bytes of a sheet say, columns and lines counted from 1.

    columns, lines: the first and last with a value, (0, 0) where there is none. formulas, errors: cells (column, line)
    with the formula or the error value (#N/A) in them, as text.
    """

    columns: tuple[int, int] = (0, 0)
    last_line: int = 0
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def inspect(path: Path) -> dict[str, SheetFacts]:
    """Facts of every sheet of a workbook by its name.

    Raises Refused: unreadable_workbook, too_large, zip_bomb, workbook_with_macros, workbook_with_entities.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_MB * MB:
            raise Refused("too_large", path=str(path), size_mb=round(size / MB), limit_mb=MAX_FILE_MB)
        with zipfile.ZipFile(path) as archive:
            return _facts(path, archive, size)
    except (*_FAULTS, ElementTree.ParseError) as fault:
        reason = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        raise Refused("unreadable_workbook", path=str(path), reason=reason) from fault


def _facts(path: Path, archive: zipfile.ZipFile, size: int) -> dict[str, SheetFacts]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Refused("unreadable_workbook", path=str(path), reason=f"it holds {len(entries)} parts")
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        raise Refused("workbook_with_macros", path=str(path))
    limit = min(MAX_UNPACKED_MB * MB, max(SMALL_MB * MB, MAX_RATIO * size))
    left = limit
    facts: dict[str, SheetFacts] = {}
    for entry in entries:
        facts[entry.filename] = SheetFacts()
        for chunk in _chunks(archive, entry, left):
            left -= chunk.new
            if left < 0:
                raise Refused("zip_bomb", path=str(path), size_mb=_unpacked_mb(entries), limit_mb=round(limit / MB))
            _look(path, entry.filename, chunk.data, facts[entry.filename])
    return {name: facts.get(part, SheetFacts()) for name, part in _sheet_parts(archive).items()}


def _unpacked_mb(entries: list[zipfile.ZipInfo]) -> int:
    return round(sum(entry.file_size for entry in entries) / MB)


@dataclass(frozen=True)
class _Chunk:
    data: bytes
    new: int


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> Iterator[_Chunk]:
    """The unpacked bytes of an entry, with an overlap; it is read to its end, whatever size is declared."""
    entry.file_size = max(entry.file_size, left + CHUNK)
    tail = b""
    with archive.open(entry) as stream:
        while data := stream.read(CHUNK):
            yield _Chunk(tail + data, len(data))
            tail = data[-OVERLAP:]


def _look(path: Path, part: str, data: bytes, facts: SheetFacts) -> None:
    """Add what one chunk of a part says to the facts of the part."""
    if not part.endswith((".xml", ".rels", ".vml")):
        return
    if b"\0" in data:
        raise Refused("unreadable_workbook", path=str(path), reason=f"{part} is not UTF-8")
    if _ENTITY.search(data):
        raise Refused("workbook_with_entities", path=str(path))
    if "worksheets/" not in part:
        return
    cells = _cells(path, part, data)
    if cells:
        filled = [column_number(letters) for letters in {letters for letters, _ in cells}]
        facts.columns = (min(*filled, facts.columns[0] or MOST_COLUMNS), max(*filled, facts.columns[1]))
        facts.last_line = max(facts.last_line, *map(int, {line for _, line in cells}))
    if b"<f" in data or b":f" in data:
        facts.formulas |= {_place(cell): "=" + unescape(cell[2].decode()) for cell in _FORMULA.findall(data)}
    if b't="e"' in data:
        facts.errors |= {_place(cell): cell[2].decode() for cell in _ERROR_VALUE.findall(data)}


def _cells(path: Path, part: str, data: bytes) -> list[tuple[bytes, bytes]]:
    """Letters and line of every cell with something in it; cells of format only reserve no room in a reader."""
    if not _UNUSUAL_CELL.search(data):
        return _CELL.findall(data)
    if _CELL_WITHOUT_ADDRESS.search(data):
        raise Refused("unreadable_workbook", path=str(path), reason=f"cells of {part} have no address")
    return _ANY_CELL.findall(data)


def _place(cell: tuple[bytes, bytes, bytes]) -> tuple[int, int]:
    return column_number(cell[0]), int(cell[1])


def column_number(letters: bytes) -> int:
    """The number of a column by its letters, from 1.

    >>> column_number(b"A"), column_number(b"AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name to its part of the archive, read from the workbook and its relations."""
    targets: dict[str, str] = {}
    for relation in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship"):
        target = relation.get("Target", "")
        targets[relation.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    parts: dict[str, str] = {}
    for sheet in _elements(archive, "xl/workbook.xml", "sheet"):
        relation_id = next((value for name, value in sheet.items() if name.endswith("}id")), "")
        parts[sheet.get("name", "")] = targets.get(relation_id, "")
    return parts


def _elements(archive: zipfile.ZipFile, part: str, name: str) -> list[ElementTree.Element]:
    if part not in archive.namelist():
        raise zipfile.BadZipFile(f"it has no {part}")
    with archive.open(part) as stream:
        # entities were ruled out before: nothing in here can expand
        return [element for element in ElementTree.parse(stream).iter() if element.tag.endswith("}" + name)]
