"""How fast a long trail is searched: two hundred thousand entries, by who, what, when and which record.

No second is asserted. A page of the list asks for its rows and for their number; each search is held against one that
has to look at every entry (a word of the reason), in the same run: what an index finds must take a small part of that.
What is timed by the benchmark itself is the writing of one entry with its leaf.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone
from pytest_benchmark.fixture import BenchmarkFixture
from tests.node.conftest import rolled_back_afterwards, somebody

ENTRIES, AT_ONCE, PEOPLE, RECORDS, ROUNDS = 200_000, 5_000, 200, 5_000, 3
ACTS = (
    "page.look",
    "page.look",
    "page.look",
    "export.make",
    "job.ask",
    "movement.post",
    "request.refuse",
    "user.sign_in",
)
RARE = "node.backup"
SEARCHES = {
    "who": {"who": "P-000000000007"},
    "what": {"act": RARE},
    "what, of which there is much": {"act": "page.look"},
    "when": {},
    "record": {"record": "R-17"},
    "who and when": {"who": "P-000000000007"},
    "kind and record": {"table": "places_store", "record": "R-17"},
}
WHOLE = {"q": "Unfindable"}
"""Found nowhere, so that every entry is looked at."""


@pytest.fixture(scope="module")
def reader(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[Any]:
    """Somebody who reads a trail of three years; made without leaves, which no search reads."""
    request.getfixturevalue("django_db_setup")
    from rasr.node.people.models import Entry  # models are there only once Django is set up

    drawn, now = random.Random(1), timezone.now()

    def entry(number: int) -> Entry:
        told = {"page": "desk:store", "method": "GET", "mark": 1, "ids": {"store_id": f"R-{number % RECORDS}"}}
        return Entry(
            at=now - timedelta(minutes=8 * (ENTRIES - number)),
            actor=f"P-{drawn.randrange(PEOPLE):012}",
            act=RARE if number % 5_000 == 0 else drawn.choice(ACTS),
            table="places_store",
            row_id=f"R-{drawn.randrange(RECORDS)}",
            reason="counted anew after the stocktake of spring" if number % 7 == 0 else "",
            after=told,
            session="0123456789abcdef",
            request_id=f"{number:032x}",
        )

    with rolled_back_afterwards(django_db_blocker), django_db_blocker.unblock():
        for start in range(0, ENTRIES, AT_ONCE):
            Entry.objects.bulk_create(entry(number) for number in range(start, start + AT_ONCE))
        yield somebody("auditor", "auditor")


def took_s(act: Callable[[], object]) -> float:
    """Seconds of the quickest of some rounds."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return min(times)


@pytest.mark.django_db
def test_a_long_trail_is_searched_by_index(benchmark: BenchmarkFixture, reader: Any) -> None:
    from rasr.node.people import trail, trail_queries  # likewise
    from rasr.node.people.trail_filters import TrailFilter

    today = timezone.localdate()
    days = {"since": str(today - timedelta(days=400)), "until": str(today - timedelta(days=399))}

    request = RequestFactory().get("/trail/")
    request.user = reader

    def searched(query: dict[str, str]) -> Callable[[], None]:
        def ask() -> None:
            rows = TrailFilter(query or None, queryset=trail_queries.trail(reader), request=request).qs
            assert rows.count() >= len(rows.order_by("-at", "-entry_id")[:25])

        return ask

    whole_s = took_s(searched(WHOLE))
    shares = {
        name: took_s(searched({**query, **(days if "when" in name else {})})) / whole_s
        for name, query in SEARCHES.items()
    }
    first_s = took_s(searched({}))
    benchmark.pedantic(lambda: trail.record(actor=None, act="page.look", after={"page": "desk:home"}), rounds=200)
    benchmark.extra_info |= {
        "every_entry_ms": round(1000 * whole_s, 1),
        "first_page_ms": round(1000 * first_s, 1),
        "share_of_every_entry": {name: round(share, 3) for name, share in shares.items()},
    }
    print(json.dumps(benchmark.extra_info, indent=1))
    assert max(shares.values()) < 0.5, shares
