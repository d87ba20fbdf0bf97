"""The safe door before a workbook is opened: its zip is looked at as bytes first.

A workbook is refused unread if it is too large, unpacks to too much, holds macros, declares XML entities, or is packed
in a way that two readers could take for two different workbooks. Each sheet is then scanned (``sheetscan``), because
readers hand over only the value a formula had when it was last saved.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from rasr.core.basis.findings import Refused
from rasr.core.records.files.sheetscan import Scan, SheetFacts

MB = 1024 * 1024
MAX_FILE_MB = 100
MAX_UNPACKED_MB = 1000
MAX_ENTRIES = 10_000
MAX_RATIO = 200
"""How many times its size a workbook may unpack to: spreadsheet programs reach about 30."""
SMALL_MB = 20
"""What unpacks to no more than this is never called a bomb, whatever its ratio."""
MAX_INDEX_MB = 4
"""Largest part that only says where the sheets are."""
MAX_PART_MB = 32
"""Largest part of XML that is neither a sheet nor the table of texts: readers hold it in memory many times over."""
MAX_TEXTS = 5_000_000
TEXTS = "xl/sharedstrings.xml"
"""The part (in small letters) with the texts of all sheets."""
CHUNK = 4 * MB
OVERLAP = 1024
"""Bytes of a chunk that are looked at again with the next, so that nothing is cut in two."""
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The two the file format allows; others unpack gigabytes at one stroke."""
OTHER_NAME = b"\x75\x70"
"""Begins a field that gives an entry a second name."""
BOOK, BOOK_RELATIONS, ROOT_RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"
_FAULTS = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_TEXT = re.compile(rb"<(?!/)(?:[^\s<>]*:)?si(?=[\s/>])")
_MACRO_PARTS = re.compile(r"vbaproject\.bin$|macrosheets/", re.IGNORECASE)
_MACRO_TYPES = re.compile(rb"Type\s*=\s*[\"'][^\"'<>]*(?:vbaProject|macroEnabled|macrosheet)", re.IGNORECASE)


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
    _hold_to_the_format(entries)
    if any(_MACRO_PARTS.search(entry.filename) for entry in entries):
        raise Refused("workbook_with_macros", path=str(path))
    sheets = _sheet_parts(path, archive)
    limit = min(MAX_UNPACKED_MB * MB, max(SMALL_MB * MB, MAX_RATIO * size))
    left = limit
    facts: dict[str, SheetFacts] = {}
    for entry in entries:
        scan = Scan(entry.filename) if entry.filename in sheets.values() else None
        part = _Part(path, entry.filename, is_sheet=scan is not None)
        for data in _chunks(archive, entry, left):
            left -= len(data)
            if left < 0:
                raise Refused("zip_bomb", path=str(path), size_mb=_unpacked_mb(entries), limit_mb=round(limit / MB))
            part.feed(data)
            if scan:
                scan.feed(data)
        if scan:
            facts[entry.filename] = scan.close()
    return {name: facts[part] for name, part in sheets.items()}


def _hold_to_the_format(entries: list[zipfile.ZipInfo]) -> None:
    """Every part once, packed as the file format says: else each reader might see another workbook."""
    if len(entries) > MAX_ENTRIES:
        raise zipfile.BadZipFile(f"it holds {len(entries)} parts")
    if len({entry.filename.replace("\\", "/").lower() for entry in entries}) < len(entries):
        raise zipfile.BadZipFile("it holds a part twice")
    if any(entry.compress_type not in PACKINGS or OTHER_NAME in entry.extra for entry in entries):
        raise zipfile.BadZipFile("it is not packed as a workbook is")


def _unpacked_mb(entries: list[zipfile.ZipInfo]) -> int:
    return round(sum(entry.file_size for entry in entries) / MB)


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> Iterator[bytes]:
    """The unpacked bytes of an entry; it is read to its end, whatever size is declared."""
    declared, entry.file_size = entry.file_size, max(entry.file_size, left + CHUNK)
    try:
        with archive.open(entry) as stream:
            while data := stream.read(CHUNK):
                yield data
    finally:
        entry.file_size = declared


class _Part:
    """Refuses what no part of a workbook may hold; fed with its bytes in pieces."""

    def __init__(self, path: Path, name: str, *, is_sheet: bool) -> None:
        self._path, self._name = path, name
        self._is_xml = name.lower().endswith((".xml", ".rels", ".vml"))
        self._is_texts = name.lower() == TEXTS
        self._left = (MAX_UNPACKED_MB if is_sheet or self._is_texts else MAX_PART_MB) * MB
        self._texts = 0
        self._tail = b""

    def feed(self, data: bytes) -> None:
        """The next bytes. Raises Refused, ValueError."""
        if not self._is_xml:
            return
        self._left -= len(data)
        self._texts += len(_TEXT.findall(data)) if self._is_texts else 0
        if self._left < 0 or self._texts > MAX_TEXTS:
            raise ValueError(f"{self._name} is larger than any spreadsheet program makes it")
        if b"\0" in data:
            raise ValueError(f"{self._name} is not UTF-8")
        data = self._tail + data
        self._tail = data[-OVERLAP:]
        if _ENTITY.search(data):
            raise Refused("workbook_with_entities", path=str(self._path))
        if self._name.endswith((".rels", "[Content_Types].xml")) and _MACRO_TYPES.search(data):
            raise Refused("workbook_with_macros", path=str(self._path))


def _sheet_parts(path: Path, archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name to its part of the archive, read from the workbook and its relations; each without any doubt."""
    for relation in _elements(path, archive, ROOT_RELATIONS, "Relationship"):
        if relation.get("Type", "").endswith("/officeDocument") and relation.get("Target", "").lstrip("/") != BOOK:
            raise zipfile.BadZipFile(f"its workbook is not {BOOK}")
    targets: dict[str, str] = {}
    for relation in _elements(path, archive, BOOK_RELATIONS, "Relationship"):
        target, name = relation.get("Target", ""), relation.get("Id", "")
        if name in targets:
            raise zipfile.BadZipFile("two relations have the same name")
        targets[name] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    parts: dict[str, str] = {}
    for sheet in _elements(path, archive, BOOK, "sheet"):
        name = sheet.get("name", "")
        places = [targets.get(value, "") for key, value in sheet.items() if key.endswith("}id")]
        known = len(places) == 1 and places[0] in archive.NameToInfo and places[0].endswith(".xml")
        if not known or name in parts or places[0] in parts.values():
            raise zipfile.BadZipFile(f"the sheet {name} cannot be found, or more than one")
        parts[name] = places[0]
    return parts


def _elements(path: Path, archive: zipfile.ZipFile, part: str, name: str) -> list[ElementTree.Element]:
    if part not in archive.NameToInfo:
        raise zipfile.BadZipFile(f"it has no {part}")
    with archive.open(part) as stream:
        data = stream.read(MAX_INDEX_MB * MB + 1)
    if len(data) > MAX_INDEX_MB * MB:
        raise zipfile.BadZipFile(f"{part} is larger than {MAX_INDEX_MB} MB")
    _Part(path, part, is_sheet=False).feed(data)  # entities are ruled out: nothing in here can expand
    return [element for element in ElementTree.fromstring(data).iter() if element.tag.endswith("}" + name)]
