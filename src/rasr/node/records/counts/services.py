"""Counting: open a sheet, write down what is found, hand it in, count again what differs, look into it.

    open, being counted -> (handed in) -> closed, or to be counted again -> counted -> reported: under investigation
    -> closed, by an adjusting movement of two people (``adjusting``) or without one

Nothing of it changes what the register holds but that movement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from rasr.core.basis.findings import Refused
from rasr.core.records import names
from rasr.core.records.ledger.places import STORE, Spot
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store
from rasr.node.records.counts import codes, expecting
from rasr.node.records.counts.choosing import next_article
from rasr.node.records.items import queries as of_items
from rasr.node.records.ledger import write
from rasr.node.records.ledger.facts import in_parts
from rasr.node.records.models import (
    Article,
    Count,
    CountKind,
    CountLine,
    CountState,
    Holding,
    Item,
    ItemPosition,
    Place,
)

RIGHT = "keep_stock"
TABLE = Count._meta.db_table
COUNTING = (CountState.OPEN, CountState.RECOUNT)
"""While something can be written on the sheet."""
UNFINISHED = (*COUNTING, CountState.COUNTED, CountState.INVESTIGATION)
MOST = 10**12
"""Pieces or grams on one line; more is a slip of the finger."""


@dataclass(frozen=True)
class Found:
    """What was found of one line. found: None is not counted (yet). seen_at: when; None is not known."""

    found: int | None
    note: str = ""
    seen_at: datetime | None = None


@dataclass(frozen=True)
class Scanned:
    """What a scan did. code: marked, again (it was marked before), quantity_wanted, or not_here: it stands on another
    place's record and was put on the sheet as found.
    """

    code: str
    line: CountLine


def open_count(
    *,
    actor: User,
    store_id: str,
    kind: str,
    due_on: date,
    blind: bool = True,
    article_id: str | None = None,
    handed_to: str = "",
) -> Count:
    """Freeze a sheet of a store, or of one article in it. Of a rolling count without an article it is chosen.

    Raises PermissionDenied, ObjectDoesNotExist, Refused: count_due_passed, count_custodian_wanted, count_there.
    """
    require(actor, RIGHT)
    with transaction.atomic():
        register = write.lock_register()
        store = Store.objects.select_related("site").get(scope_of(actor, RIGHT).stores(), pk=store_id, closed=False)
        if due_on < timezone.localdate():
            raise Refused("count_due_passed", day=due_on.isoformat())
        if kind == CountKind.CUSTODIAN and not handed_to.strip():
            raise Refused("count_custodian_wanted")
        if kind == CountKind.ROLLING and article_id is None:
            article_id = next_article(store_id)
        article = None if article_id is None else Article.objects.get(pk=article_id)
        others = Count.objects.filter(store=store, state__in=UNFINISHED)
        if any(article is None or other in (None, article.pk) for other in others.values_list("article_id", flat=True)):
            raise Refused("count_there", store=store_id)
        count = Count.objects.create(
            kind=kind,
            store=store,
            article=article,
            blind=blind,
            frozen_at=timezone.now(),
            frozen_line=register.last_line,
            due_on=due_on,
            asked_by=actor,
            handed_to=handed_to.strip() if kind == CountKind.CUSTODIAN else "",
        )
        lines = _freeze(count)
        _record(actor, "count.open", count, after={"kind": kind, "blind": blind, "lines": lines, "due_on": due_on})
        return count


def _freeze(count: Count) -> int:
    """Write the lines of a sheet: what has a number in each place, then what is kept piece by piece."""
    held = Holding.objects.filter(store=count.store_id, batch__itemised=False).exclude(quantity=0)
    items = ItemPosition.objects.filter(place__store=count.store_id)
    if count.article_id is not None:
        held = held.filter(batch__article=count.article_id)
        items = items.filter(batch__article=count.article_id)
    by_place = ("place__ref", "batch__article__name", "batch__lot")
    rows: list[tuple[UUID, UUID | None, int, int | None]] = [
        (batch, None, place, quantity)
        for batch, place, quantity in held.order_by(*by_place, "pk").values_list("batch_id", "place_id", "quantity")
    ]
    rows += [
        (batch, item, place, 1)
        for batch, item, place in items.order_by(*by_place, "item__serial", "pk").values_list(
            "batch_id", "item_id", "place_id"
        )
    ]
    CountLine.objects.bulk_create(
        [
            CountLine(count=count, position=at, batch_id=batch, item_id=item, place_id=place, expected=expected)
            for at, (batch, item, place, expected) in enumerate(rows, 1)
        ],
        batch_size=1000,
    )
    return len(rows)


def enter(*, actor: User, count_id: UUID, found: Mapping[int, Found], by: User | None = None) -> int:
    """Write down what was found, by the position of the line; how many lines changed. by: who counted, if another.

    Raises PermissionDenied, ObjectDoesNotExist, Refused: count_not_open, count_item_one, count_figure.
    """
    with transaction.atomic():
        count = _locked(actor, count_id, COUNTING)
        lines = {line.position: line for line in count.lines.filter(position__in=found)}
        if missing := found.keys() - lines.keys():
            raise CountLine.DoesNotExist(min(missing))
        changed = [line for position, line in lines.items() if _write_down(line, found[position], by or actor)]
        # lines that are there are only mended: one statement of many lines is far faster than a case for each
        CountLine.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=["found", "note", "seen_at", "counted_by"],
        )
        if changed:
            _record(actor, "count.enter", count, after={"lines": len(changed), "round": count.round})
        return len(changed)


def _write_down(line: CountLine, given: Found, actor: User) -> bool:
    """Whether the line is another one now. Raises Refused."""
    if given.found is not None and not 0 <= given.found <= MOST:
        raise Refused("count_figure", line=line.position)
    if line.item_id is not None and given.found not in (None, 0, 1):
        raise Refused("count_item_one", line=line.position)
    if (line.found, line.note) == (given.found, given.note):
        return False
    line.found, line.note, line.counted_by = given.found, given.note, actor
    line.seen_at = None if given.found is None else given.seen_at
    return True


def scan(*, actor: User, count_id: UUID, text: str) -> Scanned:
    """What a scanner read, or somebody typed: a label, or a serial number of the sheet.

    Raises PermissionDenied, ObjectDoesNotExist, Refused: count_not_open, scan_unknown, scan_shared.
    """
    with transaction.atomic():
        count = _locked(actor, count_id, COUNTING)
        line = _line_of(count, text)
        if line is None:
            line = _from_elsewhere(actor, count, text)
            same = {"item": line.item_id} if line.item_id else {"item": None, "note__startswith": line.note}
            changed = CountLine.objects.filter(count=count, batch=None, **same).first()
            if changed is not None:
                return Scanned("again", changed)
            line.counted_by = actor
            line.save()
            _record(actor, "count.enter", count, after={"lines": 1, "round": count.round, "not_here": line.item_id})
            return Scanned("not_here", line)
        if line.item_id is None:
            return Scanned("quantity_wanted", line)
        if line.found:
            return Scanned("again", line)
        line.found, line.seen_at, line.counted_by = 1, timezone.now(), actor
        line.save(update_fields=["found", "seen_at", "counted_by"])
        _record(actor, "count.enter", count, after={"lines": 1, "round": count.round})
        return Scanned("marked", line)


def _line_of(count: Count, text: str) -> CountLine | None:
    """The line of a sheet that a code or a serial number names. Raises Refused."""
    lines = count.lines.exclude(batch=None).select_related("item", "place", "batch__article")
    given = codes.read(text)
    if given is not None:
        kind, key = given
        path = {codes.ITEM: "item", codes.BATCH: "batch", codes.PLACE: "place"}[kind]
        named = list(lines.filter(**{path: key}).order_by("position")[:1])
        return named[0] if named else None
    wanted = names.mark(text)
    found = list(lines.filter(item__normalised=wanted)) if wanted else []
    if len(found) > 1:
        raise Refused("scan_shared", text=text.strip(), number=len(found))
    if not found:
        raise Refused("scan_unknown", text=text.strip())
    return found[0]


def _from_elsewhere(actor: User, count: Count, text: str) -> CountLine:
    """A line for an item that is on the record of another place. Raises Refused.

    Of what is, and was, in none of the actor's stores nothing is told but that: the line has its label alone.
    """
    given = codes.read(text)
    key = given[1] if given is not None and given[0] == codes.ITEM else None
    if not isinstance(key, UUID) or not Item.objects.filter(pk=key).exists():
        raise Refused("scan_unknown", text=text.strip())
    item = of_items.items(actor).filter(pk=key).first()
    if item is None:
        label = codes.code_of(codes.ITEM, key)
        return _extra(count, Found(1, _("Not of your stores: label {label}").format(label=label), timezone.now()))
    if count.article_id not in (None, item.article_now.pk):
        raise Refused("scan_unknown", text=text.strip())
    return _extra(count, Found(1, "", timezone.now()), item)


def add_found(*, actor: User, count_id: UUID, found: int, note: str) -> CountLine:
    """Something lies there that stands on no line of the sheet. note: what it is.

    Raises PermissionDenied, ObjectDoesNotExist, Refused: count_not_open, count_note_wanted, count_figure.
    """
    if not note.strip():
        raise Refused("count_note_wanted")
    with transaction.atomic():
        count = _locked(actor, count_id, COUNTING)
        line = _extra(count, Found(found, note.strip()))
        if not 0 < found <= MOST:
            raise Refused("count_figure", line=line.position)
        line.counted_by = actor
        line.save()
        _record(actor, "count.enter", count, after={"lines": 1, "round": count.round})
        return line


def _extra(count: Count, given: Found, item: Item | None = None) -> CountLine:
    """A line of what is on no line of the sheet, not kept yet."""
    place, _made = Place.objects.get_or_create(kind=STORE, store=count.store, ref="")
    return CountLine(
        count=count,
        position=_last(count) + 1,
        item=item,
        place=place,
        found=given.found,
        note=given.note,
        seen_at=given.seen_at,
    )


def finish(*, actor: User, count_id: UUID) -> Count:
    """Hand the sheet in: with differences it is counted again once, then they are to be reported.

    Raises PermissionDenied, ObjectDoesNotExist, Refused: count_not_open, count_lines_left. What came meanwhile and
    stands on no line is put on the sheet, also where it is refused because of that.
    """
    with transaction.atomic():
        register = write.lock_register()
        count = _locked(actor, count_id, COUNTING)
        lines = list(count.lines.select_related("place"))
        now_there = expecting.expected_at(count, lines, register.last_line)
        came = _add(count, lines, expecting.came_meanwhile(lines, now_there))
        left = len(came) + sum(line.found is None for line in lines)
        if came:
            _record(actor, "count.enter", count, after={"came_meanwhile": len(came), "round": count.round})
        if not left:
            count.counted_at, count.counted_line = timezone.now(), register.last_line
            _handed_in(actor, count, expecting.differences(count, lines))
    if left:  # said only now, so that the new lines stay
        raise Refused("count_lines_left", number=left)
    return count


def _handed_in(actor: User, count: Count, found: list[expecting.Difference]) -> None:
    real = [one.line for one in found if not one.is_first]
    if real and count.round == 1:
        count.state, count.round = CountState.RECOUNT, 2
        for some in in_parts(line.pk for line in real):
            CountLine.objects.filter(pk__in=some).update(first_found=F("found"), found=None, seen_at=None)
    elif found:
        count.state = CountState.COUNTED
    else:
        count.state, count.closed_at = CountState.CLOSED, timezone.now()
    count.save()
    _record(actor, "count.finish", count, after={"state": count.state, "differences": len(found)})


def _add(count: Count, lines: list[CountLine], new: list[tuple[UUID, UUID | None, Spot]]) -> list[CountLine]:
    """Put on the sheet what came while it was counted: nothing of it was expected. Gives the lines not counted yet.

    An item that had been found there before it was recorded as there has its line already.
    """
    if not new:
        return []
    places = {place.ref: place for place in Place.objects.filter(store=count.store_id)}
    seen = {line.item_id: line for line in lines if line.batch_id is None and line.item_id is not None}
    for batch, item, spot in new:
        if item in seen:
            seen[item].batch_id, seen[item].place, seen[item].expected = batch, places[spot.ref], 0
            seen[item].save(update_fields=["batch", "place", "expected"])
    new = [each for each in new if each[1] not in seen]
    first = _last(count) + 1
    return CountLine.objects.bulk_create(
        CountLine(count=count, position=first + at, batch_id=batch, item_id=item, place=places[spot.ref], expected=0)
        for at, (batch, item, spot) in enumerate(new)
    )


def report(*, actor: User, count_id: UUID, due_on: date) -> Count:
    """Report the differences; they are looked into by a day. Raises as above, Refused: count_not_counted,
    count_due_passed.
    """
    if due_on < timezone.localdate():
        raise Refused("count_due_passed", day=due_on.isoformat())
    with transaction.atomic():
        count = _locked(actor, count_id, (CountState.COUNTED,), "count_not_counted")
        count.state, count.due_on = CountState.INVESTIGATION, due_on
        count.save(update_fields=["state", "due_on"])
        number = len(expecting.differences(count, count.lines.select_related("place")))
        _record(actor, "count.report", count, after={"differences": number, "due_on": due_on})
        return count


def investigate(*, actor: User, count_id: UUID, findings: str) -> Count:
    """Write down what was found out. Raises as above, Refused: count_not_reported, reason_wanted."""
    if not findings.strip():
        raise Refused("reason_wanted")
    with transaction.atomic():
        count = _locked(actor, count_id, (CountState.INVESTIGATION,), "count_not_reported")
        count.findings = findings.strip()
        count.save(update_fields=["findings"])
        _record(actor, "count.investigate", count, reason=count.findings)
        return count


def drop(*, actor: User, count_id: UUID, reason: str) -> Count:
    """Give a count up. Raises as above, Refused: count_closed, reason_wanted."""
    if not reason.strip():
        raise Refused("reason_wanted")
    with transaction.atomic():
        count = _locked(actor, count_id, UNFINISHED, "count_closed")
        count.state, count.closed_at = CountState.DROPPED, timezone.now()
        count.save(update_fields=["state", "closed_at"])
        _record(actor, "count.drop", count, reason=reason.strip())
        return count


def locked(actor: User, count_id: UUID) -> Count:
    """A count that is being counted, locked. Raises PermissionDenied, Count.DoesNotExist, Refused: count_not_open."""
    return _locked(actor, count_id, COUNTING)


def _locked(actor: User, count_id: UUID, states: tuple[str, ...], code: str = "count_not_open") -> Count:
    """The count, locked, in one of these states. Raises PermissionDenied, Count.DoesNotExist, Refused."""
    require(actor, RIGHT)
    Count.objects.only("pk").get(scope_of(actor, RIGHT).stores("store__"), pk=count_id)
    count = Count.objects.select_for_update(of=("self",)).select_related("store__site").get(pk=count_id)
    if count.state not in states:
        raise Refused(code)
    return count


def _last(count: Count) -> int:
    found = count.lines.order_by("-position").values_list("position", flat=True).first()
    return found or 0


def _record(
    actor: User | None, act: str, count: Count, *, reason: str = "", after: Mapping[str, object] | None = None
) -> None:
    site = count.store.site
    trail.record(
        actor=actor,
        act=act,
        table=TABLE,
        row_id=count.pk,
        reason=reason,
        after=after,
        organisation_id=site.organisation_id,
        site_id=site.pk,
    )
