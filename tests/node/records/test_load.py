"""Loading a region: every table as it is, the stock through the ledger, all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from tests.node.conftest import somebody
from tests.node.records.small_register import ROWS, only, records, region

from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.node.people.models import User
from rasr.node.places.models import Site, Store
from rasr.node.records import bridge, queries
from rasr.node.records.ledger import write
from rasr.node.records.models import Article, Batch, Holding, Movement, MovementLine, Register
from rasr.node.records.services import Loaded, compare, load_region, recompute_holdings

pytestmark = pytest.mark.django_db


@pytest.fixture
def loader() -> User:
    """Who may load."""
    return somebody("ana", "planner")


@pytest.fixture
def load(loader: User) -> Callable[..., Loaded]:
    """Load a region; afterwards the register is that region, and the holdings are what the movements say."""

    def loaded(given: Region, *, complete: bool = True, **more: Any) -> Loaded:
        done = load_region(actor=loader, region=given, complete=complete, source="test", **more)
        kept = bridge.load_region()
        assert not complete or kept.digest() == given.digest()
        assert recompute_holdings() == []
        assert Register.objects.get().digest == kept.digest()
        return done

    return loaded


def lines(done: Loaded) -> list[tuple[Any, ...]]:
    """The lines of a load: kind, record, quantity, from, to."""
    found = MovementLine.objects.filter(movement__in=done.movement_ids).order_by("pk")
    return [
        (line.movement.kind, line.batch.stock_id, line.quantity, str(line.from_place), str(line.to_place))
        for line in found.select_related("movement", "batch", "from_place", "to_place")
    ]


def test_empty_register() -> None:
    kept = bridge.load_region()
    assert kept.digest() == Region.from_frames({}).digest()
    assert kept.given == frozenset()
    assert queries.register().empty


def test_first_load_posts_opening_balances(load: Callable[..., Loaded]) -> None:
    done = load(region())
    assert lines(done) == [
        ("opening_balance", "R1", 5, "acquired", "S1"),
        ("opening_balance", "R2", None, "acquired", "S2"),
        ("opening_balance", "R3", 0, "acquired", "S3"),
    ]
    assert done.version == 1
    assert done.counts["stock"].new == 3
    assert [done.counts[name].new for name in ("stores", "licences", "permits")] == [3, 6, 0]


CHANGES = {
    "the same": ("S1 bombs 5", []),
    "more are found": ("S1 bombs 7", [("count_adjustment", "R1", 2, "unexplained", "S1")]),
    "fewer are found": ("S1 bombs 4", [("count_adjustment", "R1", 1, "S1", "unexplained")]),
    "none are found": ("S1 bombs 0", [("count_adjustment", "R1", 5, "S1", "unexplained")]),
    "counted again": (
        "S1 bombs 5 quantity_basis=counted",
        [("count_adjustment", "R1", 0, "unexplained", "S1")],
    ),
    "not known any more": (
        "S1 bombs ?",
        [("count_adjustment", "R1", 5, "S1", "unexplained"), ("count_adjustment", "R1", None, "unexplained", "S1")],
    ),
    "elsewhere": ("S2 bombs 5", [("transfer", "R1", 5, "S1", "S2")]),
    "elsewhere and fewer": (
        "S2 bombs 3",
        [("transfer", "R1", 5, "S1", "S2"), ("count_adjustment", "R1", 2, "S2", "unexplained")],
    ),
    "in another condition": (
        "S1 bombs 5 condition=D",
        [("conversion", "R1", 5, "S1", "converted"), ("conversion", "R1", 5, "converted", "S1")],
    ),
    "everything": (
        "S2 caps ? condition=D",
        [
            ("conversion", "R1", 5, "S1", "converted"),
            ("conversion", "R1", 5, "converted", "S1"),
            ("transfer", "R1", 5, "S1", "S2"),
            ("count_adjustment", "R1", 5, "S2", "unexplained"),
            ("count_adjustment", "R1", None, "unexplained", "S2"),
        ],
    ),
}


@pytest.mark.parametrize(("after", "expected"), CHANGES.values(), ids=CHANGES.keys())
def test_what_changes_becomes_movements(load: Callable[..., Loaded], after: str, expected: list[Any]) -> None:
    load(region({"R1": "S1 bombs 5"}))
    done = load(region({"R1": after}))
    assert lines(done) == expected
    assert done.counts["stock"].changed == bool(expected)
    assert done.version == (2 if expected else 1)


UNKNOWN = {
    "becomes known": (
        "S1 bombs 8",
        [("count_adjustment", "R1", None, "S1", "unexplained"), ("count_adjustment", "R1", 8, "unexplained", "S1")],
    ),
    "stays unknown elsewhere": ("S3 bombs ?", [("transfer", "R1", None, "S1", "S3")]),
    "is estimated, still unknown": (
        "S1 bombs ? quantity_basis=estimated",
        [("count_adjustment", "R1", 0, "unexplained", "S1")],
    ),
    "in another condition": (
        "S1 bombs ? condition=C",
        [("conversion", "R1", None, "S1", "converted"), ("conversion", "R1", None, "converted", "S1")],
    ),
}


@pytest.mark.parametrize(("after", "expected"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_unknown_is_a_state(load: Callable[..., Loaded], after: str, expected: list[Any]) -> None:
    load(region({"R1": "S1 bombs ?"}))
    assert lines(load(region({"R1": after}))) == expected


def test_whole_register_what_is_not_in_it_goes(load: Callable[..., Loaded]) -> None:
    load(region())
    fewer = {name: [row for row in ROWS[name] if row.get("store_id") != "S3"] for name in ("stores", "licences")}
    done = load(region({"R1": "S1 bombs 5"}, **fewer, funds=[]))
    assert lines(done) == [
        ("not_found", "R2", None, "S2", "unexplained"),
        ("not_found", "R3", 0, "S3", "unexplained"),
    ]
    assert (done.counts["stock"].gone, done.counts["stores"].gone, done.counts["funds"].gone) == (2, 1, 1)
    assert Store.objects.get(pk="S3").closed
    assert Holding.objects.count() == 1
    assert Batch.objects.count() == 3  # history keeps what it knew
    again = load(region())
    assert not Store.objects.get(pk="S3").closed
    assert again.counts["stores"].new == 1
    assert Store.objects.count() == 3


def test_part_leaves_the_rest(load: Callable[..., Loaded]) -> None:
    load(region())
    some = records({"R9": "S2 bombs 1", "R1": "S1 bombs 4"})
    done = load(only("stock", some), complete=False)
    kept = bridge.load_region()
    assert kept.table("stock")["stock_id"].to_list() == ["R1", "R2", "R3", "R9"]
    assert kept.table("stock")["quantity"].to_list() == [4, None, 0, 1]
    assert (done.counts["stock"].new, done.counts["stock"].changed, done.counts["stock"].gone) == (1, 1, 0)
    assert kept.given == region().given
    assert not Article.objects.filter(closed=True).exists()


def test_part_with_errors_is_refused(load: Callable[..., Loaded]) -> None:
    load(region())
    with pytest.raises(Refused, match="region_has_errors"):
        load(only("stock", records({"R9": "S9 bombs 1"})), complete=False)
    with pytest.raises(Refused, match="region_has_errors"):
        load(only("stock", records({"R9": "S1 bombs 1"}) * 2), complete=False)
    assert Movement.objects.count() == 1


def test_tables_not_given_stay_not_given(load: Callable[..., Loaded]) -> None:
    load(region(funds=None, permits=[]))
    kept = bridge.load_region()
    assert "funds" not in kept.given
    assert "permits" in kept.given
    load(region(funds=None))
    assert "permits" not in bridge.load_region().given


def test_order_is_that_of_the_file(load: Callable[..., Loaded], small_region: Region) -> None:
    load(small_region)
    turned = Region.from_frames({name: small_region.table(name).reverse() for name in small_region.given})
    done = load(turned)
    assert done.movement_ids == ()
    assert done.version == 2
    assert load(turned).version == 2


def test_region_with_errors_writes_nothing(load: Callable[..., Loaded]) -> None:
    with pytest.raises(Refused, match="region_has_errors"):
        load(region({"R1": "S9 bombs 5"}))
    with pytest.raises(Refused, match="text_too_long"):
        load(region({"R" * 501: "S1 bombs 5"}))
    assert not Site.objects.exists()
    assert not Register.objects.exists()


@pytest.mark.parametrize("where", ["write", "write_batches", "moved_on"])
def test_fault_in_the_middle_leaves_everything(
    load: Callable[..., Loaded], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    load(region())
    before, counts = bridge.load_region().digest(), count_rows()

    def fails(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    other = region({"R1": "S2 bombs 3 condition=D", "R7": "S1 caps 1"}, funds=[], licences=[])
    with monkeypatch.context() as patched:
        patched.setattr(write, where, fails)
        with pytest.raises(ZeroDivisionError):
            load(other)
    assert bridge.load_region().digest() == before
    assert count_rows() == counts
    assert Register.objects.get().version == 1


def count_rows() -> list[int]:
    """Rows of what a load writes."""
    models = (Batch, Holding, Movement, MovementLine, *bridge.MODELS.values())
    return [model._default_manager.count() for model in models]


def test_cancelled_in_the_middle_leaves_everything(load: Callable[..., Loaded]) -> None:
    stages: list[str] = []

    def stop(stage: str, share: float) -> None:
        stages.append(stage)
        if stage == "writing" and share > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        load(region(), progress=stop)
    assert set(stages) == {"checking", "comparing", "writing"}
    assert count_rows() == [0] * len(count_rows())


def test_register_that_moved_on_is_not_loaded_over(load: Callable[..., Loaded]) -> None:
    load(region())
    load(region({"R1": "S1 bombs 6"}), expected_version=1)
    with pytest.raises(Refused, match="register_moved_on"):
        load(region({"R1": "S1 bombs 7"}), expected_version=1)
    assert Holding.objects.get().quantity == 6


def test_compare_tells_and_writes_nothing(load: Callable[..., Loaded], loader: User) -> None:
    load(region())
    given = region({"R1": "S2 bombs 3", "R2": "S2 powder 9", "R9": "S1 caps 1"})
    before = count_rows()
    whole = compare(actor=loader, region=given, complete=True)
    part = compare(actor=loader, region=given, complete=False)
    assert count_rows() == before
    assert (whole.leaving, whole.fewer, whole.stock_changes) == (1, 1, 4)
    assert (part.leaving, part.fewer, part.stock_changes) == (0, 1, 3)
    assert [(one.stock_id, one.kind, one.before_store, one.store, one.before, one.after) for one in whole.stock] == [
        ("R3", "not_found", "S3", "S3", 0, None),
        ("R1", "transfer", "S1", "S2", 5, 3),
        ("R2", "count_adjustment", "S2", "S2", None, 9),
        ("R9", "opening_balance", "", "S1", None, 1),
    ]
    done = load(given)
    assert tuple(done.counts[table.table] for table in whole.tables) == whole.tables
    assert Counter(line[0] for line in lines(done)) == Counter(
        {"not_found": 1, "transfer": 1, "count_adjustment": 3, "opening_balance": 1}
    )
