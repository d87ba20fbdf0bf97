"""What goes in and out, as JSON. Ids are text; units are in the names; null is unknown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from rasr.core.records.ledger.places import STORE, Spot
from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft

MOST_ROWS = 500
"""Rows of a list in one answer."""
MOST_LINES = 1_000
"""Lines of the movements in one request."""
LONGEST_ID, LONGEST_TEXT = 500, 4_000
YEARS = range(1900, 2201)
Most = 2**53 - 1
Id = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ID, pattern=r"^[^\x00]+$")]
Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT, pattern=r"^[^\x00]*$")]
Quantity = Annotated[int, Field(ge=0, le=Most)]
Row = TypeVar("Row")


def _near(moment: datetime) -> datetime:
    if moment.year not in YEARS:
        raise ValueError(f"the year must be between {YEARS[0]} and {YEARS[-1]}")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_near)]
"""With its zone; near enough that it is a time in every zone."""


class Cut(Schema):
    """Which rows of a list."""

    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 100


class StockCut(Cut):
    """Which rows of the stock; of one store, of one article."""

    store_id: Id | None = None
    article_id: Id | None = None


class Page(Schema, Generic[Row]):
    """Some rows of a list. count: how many there are in all. class_mark: the highest of what the reader may see."""

    count: int
    offset: int
    class_mark: str
    rows: list[Row]


class Fault(Schema):
    """Why nothing was done, as a code and as a sentence in the language asked for."""

    code: str
    sentence: str


class ArticleOut(Schema):
    """An article of the catalogue; kg of one piece or gram."""

    article_id: str
    name: str
    family: str
    unit: str
    hazard_division: str
    compatibility_group: str
    un_number: str | None
    neq_kg_each: float | None
    mass_kg_each: float | None
    gross_mass_kg_each: float | None
    calibre: str | None


class StockOut(Schema):
    """What a store holds of a batch. quantity: pieces or grams."""

    batch_id: UUID
    stock_id: str
    store_id: str
    stack: str
    article_id: str
    lot: str | None
    condition: str | None
    purpose: str
    quantity: int | None
    quantity_basis: str | None


class LotOut(Schema):
    """A lot. number: as it is marked."""

    lot_id: UUID
    article_id: str
    number: str
    identity: str
    maker: str
    country_made: str
    year_made: int | None
    shelf_life_until: date | None
    next_test_on: date | None


class ItemOut(Schema):
    """A weapon. article_id: what it is now. serial: as it is marked. store_id: null where it is in no store."""

    item_id: UUID
    article_id: str
    serial: str
    serial_state: str
    origin: str
    legal_status: str
    legal_hold: bool
    place: str
    store_id: str | None


class CountOut(Schema):
    """A count of a store."""

    count_id: UUID
    kind: str
    store_id: str
    state: str
    blind: bool
    frozen_at: datetime
    due_on: date


class Place(Schema):
    """One end of a line: a store with its stack, or a place that is no place on the ground."""

    kind: Id
    store_id: Id | None = None
    ref: Text = ""

    def spot(self) -> Spot:
        """As the ledger knows it."""
        return Spot(self.kind, self.store_id if self.kind == STORE else None, self.ref)


class LineIn(Schema):
    """So much of a batch from here to there. quantity: null is all there is, nobody knows how many."""

    batch_id: UUID
    quantity: Quantity | None
    quantity_basis: Literal["counted", "weighed", "book", "estimated"] | None = None
    from_place: Place
    to_place: Place
    item_id: UUID | None = None


class BatchIn(Schema):
    """A batch that a movement brings. batch_id: a UUID made by the sender."""

    batch_id: UUID
    stock_id: Id
    article_id: Id
    lot: Text | None = None
    condition: Literal["A", "B", "C", "D"] | None = None
    purpose: Id = "operational"
    year_made: Annotated[int, Field(ge=1800, le=2200)] | None = None


class MovementIn(Schema):
    """A movement. movement_id: a UUID made by the sender, so that a retry is known."""

    movement_id: UUID
    kind: Id
    effective_at: Moment
    reason: Text
    lines: Annotated[list[LineIn], Field(max_length=MOST_LINES)]
    batches: Annotated[list[BatchIn], Field(default_factory=list, max_length=MOST_LINES)]
    corrects_id: UUID | None = None
    destination_id: Id | None = None

    def draft(self) -> MovementDraft:
        """As the ledger takes it."""
        lines = tuple(
            LineDraft(
                *(line.batch_id, line.quantity, line.quantity_basis, line.from_place.spot(), line.to_place.spot()),
                line.item_id,
            )
            for line in self.lines
        )
        return MovementDraft(
            *(self.movement_id, self.kind, self.effective_at, self.reason, lines),
            batches=tuple(BatchDraft(**batch.model_dump()) for batch in self.batches),
            corrects_id=self.corrects_id,
            destination_id=self.destination_id,
        )


class Outcome(Schema):
    """What became of a movement: created, exists, exists_different (the same id with another content), refused_<code>.

    lines: position (from 0) to refused_<code> of each line that cannot be. A line that is not named has no code of its
    own: what is told of the movement holds of it. So no line is named where the movement was posted, or is refused as a
    whole; and where some are refused, the others are not posted either. warnings: sentences on what lies together by a
    movement that was posted, and is not settled: nobody has decided that it may, or it may under a condition only.
    """

    movement_id: UUID
    code: str
    sentence: str
    lines: dict[int, str]
    warnings: list[str]


class LineOut(Schema):
    """A line of a movement, with the places that its reader may know of."""

    position: int
    batch_id: UUID
    article_id: str
    item_id: UUID | None
    quantity: int | None
    quantity_basis: str | None
    from_place: str
    to_place: str


class MovementOut(Schema):
    """A movement."""

    movement_id: UUID
    kind: str
    effective_at: datetime
    recorded_at: datetime
    reason: str
    voucher: str
    site_id: str | None
