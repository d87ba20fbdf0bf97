"""Results as a page and a paper tell them: texts and figures in the language in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rasr.core.assessment.security import choice
from rasr.core.assessment.security.danger import PARTS
from rasr.core.assessment.security.score import score, weakest
from rasr.core.reference import loader
from rasr.node.assessment.leaks.queries import Found
from rasr.node.assessment.models import SecurityVisit
from rasr.node.assessment.security import wording
from rasr.node.web import codes, figures

WEAKEST = 10
EXACT = "significant:3"


@dataclass(frozen=True)
class Rows:
    """A table as it is told. right: columns that hold figures."""

    title: str
    headings: list[str]
    rows: list[list[str]]
    right: tuple[int, ...] = ()
    note: str = ""

    def labelled(self) -> list[list[tuple[str, str]]]:
        """The cells of each row, each with its heading: on a phone a row is a card."""
        return [list(zip(self.headings, row, strict=True)) for row in self.rows]


def between(low: float | None, high: float | None, kind: str = "percent") -> str:
    """An interval; one figure where both ends are written alike."""
    if low is None or high is None:
        return "–"
    first, last = figures.write(kind, low), figures.write(kind, high)
    return first if first == last else f"{first} – {last}"


def facts(found: Found, visit: SecurityVisit | None) -> list[tuple[str, str]]:
    """The score of the site as a whole."""
    row = _whole(found)
    if row is None or visit is None:
        return []
    level = between(row["level_low"], row["level_high"], "whole")
    reached = _("%(level)s of %(asked)s") % {"level": level, "asked": row["level_asked"]}
    answered = _("%(answered)s of %(questions)s") % {"answered": row["answered"], "questions": row["questions"]}
    return [
        (_("Assessed"), date_format(visit.visited_on, "SHORT_DATE_FORMAT")),
        (_("Questions"), wording.name("sets", visit.set_id)),
        (_("Score, %"), between(row["score_low"], row["score_high"])),
        (_("Level reached"), reached),
        (_("Questions answered"), answered),
        (_("Answers that differ"), figures.write("whole", row["conflicts"])),
    ]


def by_heading(found: Found) -> Rows:
    """The score of each heading of the site as a whole."""
    rows = [
        [
            wording.name("headings", row["heading"]),
            between(row["score_low"], row["score_high"]),
            between(row["level_low"], row["level_high"], "whole"),
            f"{row['answered']} / {row['questions']}",
        ]
        for row in _headings(found).iter_rows(named=True)
    ]
    heads = [_("Heading"), _("Score, %"), _("Level reached"), _("Answered")]
    return Rows(_("By heading"), heads, rows, (1, 2, 3))


def radar(found: Found) -> dict[str, Any]:
    """The same as a picture: low and high in %, by heading."""
    rows = _headings(found).drop_nulls(["score_low"])
    return {
        "categories": [wording.name("headings", one) for one in rows["heading"]],
        "unit": "%",
        "series": [
            {"name": name, "values": [round(100 * value, 1) for value in rows[column]]}
            for name, column in ((_("At the worst"), "score_low"), (_("At the best"), "score_high"))
        ],
    }


def weak(found: Found) -> Rows:
    """The weakest points, basic ones first."""
    texts = {row["question_id"]: row["text"] for row in loader.rows("security/questions.csv")}
    rows = [
        [
            wording.said(texts[row["question_id"]]),
            row["store_id"] or _("the site"),
            wording.name("levels", row["level"]),
            wording.name("scales", row["answer"]) if row["answer"] != "conflict" else _("answers differ"),
        ]
        for row in weakest(found.points, WEAKEST).head(WEAKEST).iter_rows(named=True)
    ]
    return Rows(_("Weakest points"), [_("Question"), _("Where"), _("Level"), _("Answer")], rows)


def trend(over_time: Sequence[tuple[SecurityVisit, float, float]]) -> Rows:
    """The score of each visit."""
    rows = [
        [date_format(visit.visited_on, "SHORT_DATE_FORMAT"), wording.name("sets", visit.set_id), between(low, high)]
        for visit, low, high in over_time
    ]
    return Rows(_("Over time"), [_("Visit"), _("Questions"), _("Score, %")], rows, (2,))


def index(found: Found) -> Rows:
    """The diversion index with its parts, of the site and of each store with stock."""
    names = {"wanted": _("Wanted"), "ease": _("Ease"), "pressure": _("Pressure"), "index": _("Index")}
    rows = []
    for where, frame in ((_("the site"), found.diversion.sites), ("", found.diversion.stores)):
        for row in frame.iter_rows(named=True):
            parts = [between(row[f"{part}_low"], row[f"{part}_high"], EXACT) for part in PARTS]
            most = codes.name("family", row["most_wanted"]) if row["most_wanted"] else "–"
            rows.append([where or row["store_id"], *parts, str(most), _state(row)])
    heads = [_("Where"), *(names[part] for part in PARTS), _("Most wanted"), _("What is known")]
    note = _("It is an index, not a rate, and has no unit: wanted × ease × pressure, each with its lowest and highest.")
    return Rows(_("Diversion index"), heads, rows, (1, 2, 3, 4), note)


def _state(row: dict[str, Any]) -> str:
    told = {
        "known": _("the stock is known"),
        "quantity_unknown": _("a quantity is not known"),
        "attractiveness_unknown": _("how wanted the stock is, is not known"),
        "no_stock": _("there is no stock"),
    }[row["stock_state"]]
    never = _("never assessed")
    return told if row["assessed"] else f"{told}; {never}"


def losses(rates: Any) -> Rows:
    """Events and pieces a year, where the record allows it."""
    why = {
        "too_few_losses": _("too few losses on record to say"),
        "pieces_unknown": _("pieces are not known"),
        "nothing_taken": _("nothing was taken"),
    }
    rows = [[_("every loss and theft"), *_events(row), "–"] for row in rates.sites.iter_rows(named=True)]
    for row in rates.families.iter_rows(named=True):
        pieces = (
            why[row["reason"]]
            if row["reason"]
            else f"{figures.write(EXACT, row['pieces_per_year'])} "
            f"({between(row['pieces_per_year_low'], row['pieces_per_year_high'], EXACT)})"
        )
        rows.append(
            [str(codes.name("family", row["family"])) if row["family"] else _("not known"), *_events(row), pieces]
        )
    heads = [_("Family"), _("Events"), _("Events a year"), _("Pieces a year")]
    return Rows(_("Losses on record"), heads, rows, (1, 2, 3))


def _events(row: dict[str, Any]) -> list[str]:
    interval = between(row["events_per_year_low"], row["events_per_year_high"], EXACT)
    return [figures.write("whole", row["events"]), f"{figures.write(EXACT, row['events_per_year'])} ({interval})"]


def works(found: Found) -> Rows:
    """Works that are offered, what removes most of the index for its money first; those without a cost last."""
    worth = {row["work_id"]: row for row in choice.worth(found.offer).iter_rows(named=True)}
    rows = []
    every = {row["work_id"]: row for row in found.works.iter_rows(named=True)}
    for work in [*worth, *(one for one in every if one not in worth)]:
        row, alone = every[work], worth.get(work, {})
        rows.append(
            [
                wording.name("works", row["kind"]),
                row["store_id"] or _("the site"),
                _cost(row),
                figures.write("euro", alone.get("cost_eur_per_year")),
                figures.write(EXACT, alone.get("index_removed")),
                figures.write(EXACT, _per_thousand(alone.get("index_removed_by_eur"))),
            ]
        )
    heads = [_("Work"), _("Where"), _("Cost, EUR"), _("EUR a year with upkeep"), _("Index removed"),
             _("Removed per thousand EUR")]  # fmt: skip
    return Rows(_("Works that are offered"), heads, rows, (2, 3, 4, 5))


def _cost(row: dict[str, Any]) -> str:
    """What a work costs, with between what it may lie where both ends are known."""
    if row["cost_eur"] is None:
        return _("no cost: no choice")
    ends, told = between(row["cost_low_eur"], row["cost_high_eur"], "euro"), figures.write("euro", row["cost_eur"])
    return told if ends in ("–", told) else f"{told} ({ends})"


def _per_thousand(by_eur: float | None) -> float | None:
    return None if by_eur is None else 1000.0 * by_eur


@dataclass(frozen=True)
class Set:
    """A set of works. lacking: questions that no work offered mends, with where."""

    title: str
    works: list[str]
    facts: list[tuple[str, str]]
    lacking: list[str]


def chosen(found: Found, made: choice.Choice, title: str) -> Set:
    """A choice with its cost, and the score and the index before and after."""
    kinds = {row["work_id"]: row for row in found.works.iter_rows(named=True)}
    named = [
        f"{wording.name('works', kinds[one]['kind'])}, {kinds[one]['store_id'] or _('the site')}"
        for one in made.work_ids
    ]
    before, after = _whole(found), _first_whole(score(made.after).places)
    texts = {row["question_id"]: row["text"] for row in loader.rows("security/questions.csv")}
    told = [(_("Cost, EUR"), figures.write("euro", made.cost_eur)),
            (_("Index removed"), figures.write(EXACT, made.index_removed))]  # fmt: skip
    if before and after:
        told.append((_("Score before, %"), between(before["score_low"], before["score_high"])))
        told.append((_("Score after, %"), between(after["score_low"], after["score_high"])))
        told.append((_("Level after"), between(after["level_low"], after["level_high"], "whole")))
    lacking = [f"{wording.said(texts[question])} ({store or _('the site')})" for _site, store, question in made.lacking]
    return Set(title, named, told, lacking)


def _whole(found: Found) -> dict[str, Any] | None:
    return _first_whole(found.scores.places)


def _first_whole(places: pl.DataFrame) -> dict[str, Any] | None:
    whole = places.filter(pl.col("store_id").is_null(), pl.col("score_low").is_not_null())
    return whole.row(0, named=True) if whole.height else None


def _headings(found: Found) -> pl.DataFrame:
    order = [row["heading"] for row in loader.rows("security/headings.csv")]
    whole = found.scores.headings.filter(pl.col("store_id").is_null())
    place = pl.col("heading").replace_strict({name: at for at, name in enumerate(order)}, return_dtype=pl.Int64)
    return whole.sort(place)


def cells(rows: Iterable[Rows]) -> list[dict[str, Any]]:
    """Tables as the paper takes them."""
    return [
        {"title": one.title, "headings": one.headings, "rows": one.rows, "right": list(one.right), "more": one.note}
        for one in rows
        if one.rows
    ]


def two_dangers(known: pl.DataFrame, names: dict[str, str]) -> Rows:
    """Sites by rank at the declared rate."""
    rows = [
        [
            names[row["site_id"]],
            figures.write("whole", row["rank"]),
            figures.write("danger", row["fatalities_per_year"]),
            between(row["diversion_low"], row["diversion"], EXACT),
            figures.write("danger", row["together"]),
            figures.write("whole", row["free"]),
        ]
        for row in known.iter_rows(named=True)
    ]
    heads = [_("Site"), _("Rank"), _("Explosion: expected fatalities per year"), _("Diversion index"),
             _("Together, at this rate"), _("Rank by explosion alone")]  # fmt: skip
    return Rows(_("By both dangers"), heads, rows, (1, 2, 3, 4, 5))


def swapped(swaps: pl.DataFrame, names: dict[str, str]) -> Rows:
    """Where two sites change places as the rate rises."""
    rows = [
        [figures.write(EXACT, rate), names[rises], names[falls], figures.write("whole", rank)]
        for rate, rises, falls, rank in swaps.select("rate", "rises", "falls", "rank").iter_rows()
    ]
    heads = [_("At the rate"), _("Rises"), _("Falls"), _("To rank")]
    return Rows(_("What changes places on the way to this rate"), heads, rows, (0, 3))
