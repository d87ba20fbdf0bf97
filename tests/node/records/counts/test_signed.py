"""Counted without a network: the signed file comes back, and what is wrong with it is found out."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from tests.node.conftest import somebody
from tests.node.records.counts.test_counting import Depot, depot, refusal
from uuid6 import uuid7

from rasr.node.people.models import User
from rasr.node.records.counts import codes, queries, services, signed
from rasr.node.records.counts.services import MOST, Found
from rasr.node.records.models import Count, CountState

__all__ = ["depot"]
pytestmark = pytest.mark.django_db
NUMBERS = itertools.count(1)


def file_of(count: Count, by: User, lines: list[Any], **more: Any) -> bytes:
    """What the page on the phone makes; each file is newer than the last."""
    made = {"made": next(NUMBERS), "lines": lines, "extras": []}
    body = {"count_id": str(count.pk), "round": count.round, "by": by.pseudonym, **made, **more}
    text = json.dumps(body)
    signature = signed.signature_of(signed.key_of(count, by), text)
    return json.dumps({"body": text, "signature": signature}).encode()


def all_lines(count: Count, **changed: int) -> list[Any]:
    """Every line as expected, but those at the positions that are named p1, p2 ..."""
    now = timezone.now().isoformat()
    return [[one.position, changed.get(f"p{one.position}", one.expected or 0), "", now] for one in queries.lines(count)]


def taken(depot: Depot, count: Count, content: bytes) -> signed.HandedIn:
    """Hand a file in."""
    return signed.hand_in(actor=depot.keeper, count_id=count.pk, content=content)


def test_the_sheet_tells_a_blind_counter_nothing_and_the_file_is_taken_once(depot: Depot) -> None:
    count = depot.open()
    told = signed.sheet(actor=depot.keeper, count=count)
    assert [line["expected"] for line in told["lines"]] == [None] * 5
    assert [line["serial"] for line in told["lines"]] == ["", "", "A1", "A2", "B7"]
    file = file_of(count, depot.keeper, all_lines(count))
    assert taken(depot, count, file).changed == 5
    assert taken(depot, count, file).changed == 0
    assert services.finish(actor=depot.keeper, count_id=count.pk).state == CountState.CLOSED


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"body": "{}", "signature": "x"}', b"[" * 100_000, b"\xff"])
def test_what_is_no_file_of_a_count(depot: Depot, content: bytes) -> None:
    count = depot.open()
    assert refusal(lambda: taken(depot, count, content)) == "count_file_unreadable"


def test_a_file_that_was_changed_or_signed_with_another_key(depot: Depot) -> None:
    count = depot.open()
    file = json.loads(file_of(count, depot.keeper, all_lines(count)))
    changed = {**file, "body": file["body"].replace("[1, 5,", "[1, 4,")}
    assert changed != file
    assert refusal(lambda: taken(depot, count, json.dumps(changed).encode())) == "count_file_signature"
    as_mate = file["body"].replace(depot.keeper.pseudonym, depot.mate.pseudonym)
    assert refusal(lambda: taken(depot, count, json.dumps({**file, "body": as_mate}).encode())) == (
        "count_file_signature"
    )


def test_a_file_of_another_count_or_round(depot: Depot) -> None:
    count, other = depot.open(), depot.open("S2")
    assert refusal(lambda: taken(depot, count, file_of(other, depot.keeper, []))) == "count_file_other"
    file = file_of(count, depot.keeper, all_lines(count, p1=4))
    taken(depot, count, file)
    services.finish(actor=depot.keeper, count_id=count.pk)
    assert refusal(lambda: taken(depot, count, file)) == "count_file_round"
    again = signed.sheet(actor=depot.keeper, count=Count.objects.get(pk=count.pk))
    assert [line["position"] for line in again["lines"]] == [1]


def test_a_line_or_figure_that_cannot_be_takes_nothing(depot: Depot) -> None:
    count = depot.open()
    with pytest.raises(ObjectDoesNotExist):
        taken(depot, count, file_of(count, depot.keeper, [[1, 5, "", None], [99, 1, "", None]]))
    less = file_of(count, depot.keeper, [[1, 5, "", None], [2, -1, "", None]])
    assert refusal(lambda: taken(depot, count, less)) == "count_figure"
    bad: list[list[Any]] = [[1, 1.5, "", None], [1, True, "", None], [1, 1], [1, "1", "", None], [10**30, 1, "", None]]
    files = [file_of(count, depot.keeper, [one]) for one in bad]
    more: list[dict[str, Any]] = [
        *({"extras": [[1, "crate", ""]] * (signed.MOST_EXTRAS + 1)}, {"extras": [[1.5, "crate", ""]]}, {"extras": 1}),
        *({"made": one} for one in (0, -1, 1.5, "1", None, 2**53)),
        *({"round": one} for one in (float("inf"), "1", 10**30)),
    ]
    files += [file_of(count, depot.keeper, [], **one) for one in more]
    assert {refusal(partial(taken, depot, count, file)) for file in files} == {"count_file_unreadable"}
    assert not count.lines.filter(found__isnull=False).exists()


def test_what_two_people_counted_otherwise_stays_and_is_told(depot: Depot) -> None:
    count = depot.open()
    services.enter(actor=depot.mate, count_id=count.pk, found={1: Found(4)})
    assert taken(depot, count, file_of(count, depot.keeper, all_lines(count))).kept == [1]
    assert count.lines.get(position=1).found == 4
    taken(depot, count, file_of(count, depot.keeper, [[2, 8, "", None]]))  # their own slip they may mend
    assert count.lines.get(position=2).found == 8


def test_what_the_same_person_saw_later_stays(depot: Depot) -> None:
    """Also where a newer file brings it: a second device, on which the line was counted before."""
    count = depot.open()
    early, late = (timezone.now() + timedelta(seconds=by) for by in (1, 2))
    services.enter(actor=depot.keeper, count_id=count.pk, found={2: Found(8, "", late)})
    told = taken(depot, count, file_of(count, depot.keeper, [[1, 4, "", None], [2, 7, "", early.isoformat()]]))
    assert (told.changed, told.kept) == (1, [2])
    assert [count.lines.get(position=at).found for at in (1, 2)] == [4, 8]


def test_found_besides_once_and_codes_that_nobody_knows(depot: Depot) -> None:
    count = depot.open("S2")
    here, nobody = (codes.code_of(codes.ITEM, key) for key in (depot.rifles[0].pk, uuid7()))
    extras = [[1, "", here], [1, "", nobody], [3, "crates", ""]]
    file = file_of(count, depot.keeper, all_lines(count), extras=extras)
    done = taken(depot, count, file)
    assert (done.extras, done.unknown) == (2, [nobody])
    assert taken(depot, count, file).extras == 0
    assert count.lines.count() == 3


def test_an_older_file_of_the_same_person_is_not_taken_again(depot: Depot) -> None:
    count = depot.open()
    older, newer = (file_of(count, depot.keeper, [[1, found, "", None]]) for found in (3, 4))
    same_number = file_of(count, depot.keeper, [[1, 2, "", None]], made=json.loads(json.loads(newer)["body"])["made"])
    assert taken(depot, count, newer).changed == 1
    assert refusal(lambda: taken(depot, count, older)) == "count_file_old"
    assert refusal(lambda: signed.hand_in(actor=depot.mate, count_id=count.pk, content=older)) == "count_file_old"
    assert refusal(lambda: taken(depot, count, same_number)) == "count_file_old"
    services.enter(actor=depot.keeper, count_id=count.pk, found={1: Found(5)})
    assert taken(depot, count, newer).changed == 0, "the latest file once more"
    assert count.lines.get(position=1).found == 5
    other = file_of(count, depot.mate, [[2, 9, "", None]], made=1)
    assert taken(depot, count, other).changed == 1, "each person has their own order"
    told = signed.sheet(actor=depot.keeper, count=count)
    assert told["made"] == json.loads(json.loads(newer)["body"])["made"]


def test_who_counted_may_still_count_there(depot: Depot) -> None:
    count = depot.open()
    files = [file_of(count, one, [[1, 4, "", None]]) for one in (depot.stranger, depot.mate, depot.keeper)]
    User.objects.filter(pk=depot.mate.pk).update(is_active=False)
    depot.keeper.grants.all().delete()
    chief = somebody("chief", "storekeeper", site_id="A")
    for file in files:
        handed_in = partial(signed.hand_in, actor=chief, count_id=count.pk, content=file)
        assert refusal(handed_in) == "count_file_by"
    assert not count.lines.filter(found__isnull=False).exists()


def test_notes_that_no_database_keeps(depot: Depot) -> None:
    count = depot.open()
    extras = [[1, "a\0 crate\ud800", "x\0"], [MOST, "", "y\0\ud800"]]
    done = taken(depot, count, file_of(count, depot.keeper, [[1, 5, "so\0\udfff", None]], extras=extras))
    assert (done.changed, done.extras, done.unknown) == (1, 1, ["y"])
    assert sorted(count.lines.exclude(note="").values_list("note", flat=True)) == ["a crate (x)", "so"]
    too_many = file_of(count, depot.keeper, [], extras=[[10**30, "crate", ""]])
    assert refusal(lambda: taken(depot, count, too_many)) == "count_figure"


def test_a_clock_that_jumps_loses_the_time_and_not_the_figure(depot: Depot) -> None:
    count = depot.open()

    def at(days: int) -> str:
        return (timezone.now() + timedelta(days=days)).isoformat()

    lines = [[1, 5, "", at(400)], [2, 9, "", at(-400)], [3, 1, "", "yesterday"], [4, 1, "", at(0)]]
    assert taken(depot, count, file_of(count, depot.keeper, lines)).changed == 4
    assert [one.seen_at is None for one in queries.lines(count)[:4]] == [True, True, True, False]


def test_who_may(depot: Depot) -> None:
    count = depot.open()
    file = file_of(count, depot.keeper, all_lines(count))
    with pytest.raises(Count.DoesNotExist):
        signed.hand_in(actor=depot.stranger, count_id=count.pk, content=file)
    done = signed.hand_in(actor=depot.mate, count_id=count.pk, content=file)
    assert done.changed == 5
    assert count.lines.get(position=1).counted_by == depot.keeper
