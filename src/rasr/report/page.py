"""What a page is made of: sections of blocks, each block with a partial template of its name.

>>> Cell("12", numeric=True).css
'number'
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup


@dataclass(frozen=True)
class Cell:
    """One cell: text, with a note or a mark under it, or as a badge."""

    text: str | Markup
    numeric: bool = False
    tone: str = ""
    note: str = ""
    badge: str = ""
    mark: Markup | None = None
    lang: str = ""

    @property
    def css(self) -> str:
        """Classes of the cell."""
        return " ".join(part for part in ("number" if self.numeric else "", self.tone) if part)


@dataclass(frozen=True)
class Head:
    """One column head: its text and whether its cells are figures."""

    text: str
    numeric: bool = True


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first cell of each row names the row. folded: shown on request."""

    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    foot: Sequence[Cell] = ()
    folded: bool = False
    note: str = ""
    css: str = ""
    kind: str = "table"


@dataclass(frozen=True)
class Figure:
    """A picture with its caption, key and note. legend: class of the style sheet and text."""

    picture: Markup
    caption: str
    legend: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    legend_title: str = ""
    kind: str = "figure"


@dataclass(frozen=True)
class Prose:
    """Paragraphs."""

    paragraphs: Sequence[str]
    tone: str = ""
    kind: str = "prose"


@dataclass(frozen=True)
class Answer:
    """The answer of the report: one figure, its unit, its interval, and sentences."""

    figure: str
    unit: str
    interval: str
    sentences: Sequence[str]
    kind: str = "answer"


@dataclass(frozen=True)
class Tile:
    """A key figure: value, unit, what it is."""

    value: str
    unit: str
    label: str


@dataclass(frozen=True)
class Tiles:
    """Key figures side by side."""

    tiles: Sequence[Tile]
    kind: str = "tiles"


@dataclass(frozen=True)
class Entry:
    """One of the worst: rank, name, place, figure with interval, mark and reasons."""

    rank: int
    name: str
    place: str
    figure: str
    interval: str
    mark: Markup
    share: str
    reasons: Sequence[str]


@dataclass(frozen=True)
class Ranking:
    """The worst, one entry each."""

    entries: Sequence[Entry]
    note: str
    kind: str = "ranking"


@dataclass(frozen=True)
class Facts:
    """Names and values: what the figures stand on. code: whether the value is a code to be copied."""

    facts: Sequence[tuple[str, str, bool]]
    kind: str = "facts"


Block = Table | Figure | Prose | Answer | Tiles | Ranking | Facts


@dataclass(frozen=True)
class Section:
    """A section with its heading; ident is the anchor."""

    ident: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Page:
    """A whole report."""

    title: str
    subtitle: str
    sections: Sequence[Section]
    footnotes: Sequence[str] = field(default=())
