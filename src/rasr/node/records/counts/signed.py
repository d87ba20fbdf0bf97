"""Sheets that leave for a place without a network, and the signed files that come back.

A sheet goes out with a key of its own, made for this count, this round and this person. The page on the phone signs
what was counted with it (HMAC-SHA-256), so that a file that was changed on its way, or made up, is told from a true
one. The clock of a phone may be wrong: a time that cannot be is left out, the figure stays.

The file: ``{"body": TEXT, "signature": HEX}``; TEXT is JSON itself: count_id, round, by, made, lines (position, found,
note, seen_at) and extras (found, note, code). made: a number that is higher with every file of a device, by its clock
(milliseconds); an older file of a person is not taken once a newer one was.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from rasr.core.basis.findings import Refused
from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.records.counts import codes, queries, services
from rasr.node.records.counts.services import RIGHT, Found
from rasr.node.records.models import Count, CountFile, CountLine

SALT = "rasr.count"
MOST_BYTES = 16_000_000
"""A sheet of 100,000 lines with notes is smaller."""
LONGEST_NOTE, LONGEST_CODE = 2_000, 200
MOST_LINES, MOST_EXTRAS = 100_000, 500
"""Of one file; each extra is looked up by itself."""
MOST_WHOLE = 2**31 - 1
"""The highest position that a database keeps."""
MOST_MADE = 2**53 - 1
FAST = timedelta(minutes=5)
"""So far the clock of a phone may be ahead."""


@dataclass(frozen=True)
class HandedIn:
    """What became of a file. changed: lines; kept: positions that another person had counted otherwise, left as they
    are; extras: what was found besides; unknown: codes that nobody knows.
    """

    changed: int
    kept: list[int]
    extras: int
    unknown: list[str]


def key_of(count: Count, by: User) -> str:
    """The key (hex) of a sheet in somebody's hands, for this round."""
    return _key(count.pk, count.round, by.pseudonym)


def _key(count_id: UUID, of_round: int, pseudonym: str) -> str:
    told = f"{count_id}:{of_round}:{pseudonym}"
    return salted_hmac(SALT, told, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def sheet(*, actor: User, count: Count) -> dict[str, Any]:
    """What the page on the phone works with: the lines that have no figure yet, and the key."""
    shows = queries.shows_expected(count)
    open_lines = queries.lines(count).filter(found=None)
    return {
        "count_id": str(count.pk),
        "round": count.round,
        "by": actor.pseudonym,
        "key": key_of(count, actor),
        "made": 0 if (taken := _taken(count, actor)) is None else taken.made,
        "lines": [_told(line, shows) for line in open_lines],
    }


def _told(line: CountLine, shows: bool) -> dict[str, Any]:
    item, batch = line.item, line.batch
    article = batch.article if batch is not None else None if item is None else item.article_now
    found = [codes.code_of(codes.BATCH, batch.pk)] if batch is not None and item is None else []
    return {
        "position": line.position,
        "place": line.place.ref,
        "article": "" if article is None else article.name,
        "unit": "" if article is None else article.unit,
        "lot": (batch.lot or "") if batch is not None else "",
        "record": batch.stock_id if batch is not None else "",
        "serial": "" if item is None else str(item),
        "codes": found if item is None else [codes.code_of(codes.ITEM, item.pk)],
        "item": item is not None,
        "expected": line.expected if shows else None,
        "note": line.note,
    }


def hand_in(*, actor: User, count_id: UUID, content: bytes) -> HandedIn:
    """Take what a file holds: all of it, or nothing. The file that was taken last, once more, changes nothing.

    Raises PermissionDenied, ObjectDoesNotExist, Refused: count_file_unreadable, count_file_signature, count_file_other,
    count_file_round, count_file_by where who counted may not count there any more, count_file_old, and what
    ``services.enter`` refuses.
    """
    body, signature = _read(content)
    if body["count_id"] != str(count_id):
        raise Refused("count_file_other")
    with transaction.atomic():
        count = services.locked(actor, count_id)
        if body["round"] != count.round:
            raise Refused("count_file_round", round=body["round"])
        by = _counted_by(count, body["by"])
        taken = _taken(count, by)
        if taken is not None and taken.signature == signature:
            return HandedIn(0, [], 0, [])
        if taken is not None and body["made"] <= taken.made:
            raise Refused("count_file_old")
        CountFile.objects.update_or_create(
            count=count, round=count.round, by=by, defaults={"made": body["made"], "signature": signature}
        )
        given = {int(position): _found(count, *rest) for position, *rest in body["lines"]}
        there = count.lines.filter(position__in=given, found__isnull=False)
        kept = [line.position for line in there if _stays(line, given[line.position], by)]
        wanted = {position: found for position, found in given.items() if position not in kept}
        changed = services.enter(actor=actor, count_id=count_id, found=wanted, by=by)
        unknown, extras = [], 0
        for found, note, code in body["extras"]:
            try:
                extras += _extra(actor, count, found, _clean(note, LONGEST_NOTE), _clean(code, LONGEST_CODE))
            except Refused as fault:
                if fault.code not in ("scan_unknown", "count_note_wanted"):
                    raise
                unknown.append(_clean(code, LONGEST_CODE))
        return HandedIn(changed, sorted(kept), extras, unknown)


def _stays(line: CountLine, given: Found, by: User) -> bool:
    """Whether a figure stays against another one: that of another person, and a later one of the same."""
    if line.found == given.found:
        return False
    later = line.seen_at is not None and given.seen_at is not None and given.seen_at < line.seen_at
    return later or line.counted_by_id != by.pk


def _counted_by(count: Count, pseudonym: str) -> User:
    """Who counted, if they may still count there. Raises Refused."""
    by = User.objects.filter(pseudonym=pseudonym, is_active=True).first()
    if by is None or not may(by, RIGHT):
        raise Refused("count_file_by")
    if not Count.objects.filter(scope_of(by, RIGHT).stores("store__"), pk=count.pk).exists():
        raise Refused("count_file_by")
    return by


def _taken(count: Count, by: User) -> CountFile | None:
    """The latest file of somebody that was taken, of this round."""
    return CountFile.objects.filter(count=count, round=count.round, by=by).first()


def _clean(text: str, longest: int) -> str:
    """What a database can keep of it: no zero bytes, no halves of a sign."""
    return text[:longest].replace("\0", "").encode(errors="ignore").decode()


def _extra(actor: User, count: Count, found: int, note: str, code: str) -> int:
    """How many lines it made. Raises Refused."""
    if code and not note:
        return int(services.scan(actor=actor, count_id=count.pk, text=code).code != "again")
    text = f"{note} ({code})" if code else note
    if count.lines.filter(batch=None, note=text.strip()).exists():  # the same file once more
        return 0
    services.add_found(actor=actor, count_id=count.pk, found=found, note=text)
    return 1


def _read(content: bytes) -> tuple[dict[str, Any], str]:
    """The body of a file whose signature is right, and the signature. Raises Refused."""
    try:
        told = json.loads(content)
        text, signature = told["body"], str(told["signature"])
        body: dict[str, Any] = json.loads(text)
        count_id, of_round, made, by = UUID(body["count_id"]), body["round"], body["made"], body["by"]
        right = signature_of(_key(count_id, of_round, by), text)
        lines, extras = body["lines"], body["extras"]
        if not (_is_whole(of_round) and _is_whole(made, MOST_MADE) and isinstance(by, str)):
            raise ValueError
        if len(lines) > MOST_LINES or not all(_is_line(*line) for line in lines):
            raise ValueError
        if len(extras) > MOST_EXTRAS or not all(_is_extra(*one) for one in extras):
            raise ValueError
        is_right = constant_time_compare(right, signature)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise Refused("count_file_unreadable") from fault
    if not is_right:
        raise Refused("count_file_signature")
    return body, right


def signature_of(key: str, text: str) -> str:
    """The signature (hex) that the page makes with its key (hex)."""
    return hmac.new(bytes.fromhex(key), text.encode(), "sha256").hexdigest()


def _is_line(position: Any, found: Any, note: Any, seen_at: Any) -> bool:
    sound = _is_whole(position) and type(found) is int and isinstance(note, str)
    return sound and (seen_at is None or isinstance(seen_at, str))


def _is_extra(found: Any, note: Any, code: Any) -> bool:
    return type(found) is int and isinstance(note, str) and isinstance(code, str)


def _is_whole(value: Any, most: int = MOST_WHOLE) -> bool:
    return type(value) is int and 0 < value <= most


def _found(count: Count, found: int, note: str, seen_at: str | None) -> Found:
    return Found(found, _clean(note, LONGEST_NOTE), _moment(count, seen_at))


def _moment(count: Count, told: str | None) -> datetime | None:
    """When it was seen, as far as that can be: not before the sheet was made, not after now."""
    try:
        at = datetime.fromisoformat(told or "")
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at if count.frozen_at - FAST <= at <= timezone.now() + FAST else None
