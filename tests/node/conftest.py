"""What the tests of the node share: a small region, loaded once per module, and six people who look at it.

``loaded``, ``assessed`` and ``planned`` are made once for a module inside a transaction that is rolled back after it;
what a test changes is rolled back after the test. A test that needs transactions of its own loads for itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.utils import translation

from rasr.core.plan.options import Options
from rasr.core.plan.result import Plan
from rasr.core.records.region import Region
from rasr.facade import plan
from rasr.node.people import immutable as trail_immutable
from rasr.node.records.ledger import immutable
from rasr.sample import make_sample

if TYPE_CHECKING:
    from rasr.node.assessment.models import Run
    from rasr.node.people.models import User
    from rasr.node.plan.models import PlanRun

SEED, SCALE = 1, 0.1


@dataclass(frozen=True)
class Places:
    """The places of the small region that the people belong to; both sites hold stock.

    ``site_id`` lies in ``organisation_id``; ``other_site_id`` in ``other_organisation_id``, of another jurisdiction.
    """

    site_id: str
    organisation_id: str
    other_site_id: str
    other_organisation_id: str


@contextmanager
def _let_go() -> Iterator[None]:
    with connection.schema_editor() as editor:
        immutable.let_go(editor)
        trail_immutable.let_go(editor)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            immutable.protect(editor)
            trail_immutable.protect(editor)


@pytest.fixture(scope="session", autouse=True)
def _tokens_say_nothing() -> Iterator[None]:
    """Tokens of forms are of letters that no name of the tests has: "S1" is on a page only when the page says it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("django.middleware.csrf.CSRF_ALLOWED_CHARS", "jqvwxyz")
        yield


@pytest.fixture(scope="session", autouse=True)
def _history_can_be_emptied() -> Iterator[None]:
    """After a test with transactions of its own SQLite empties tables by DELETE, which the triggers would refuse.

    For the class, not one connection: once the browser of other tests runs its loop in this process, Django makes
    another connection.
    """
    operations: Any = type(connection.ops)
    empties = operations.execute_sql_flush

    def emptied(self: Any, statements: list[str]) -> None:
        around: AbstractContextManager[None] = _let_go() if connection.vendor == "sqlite" else nullcontext()
        with around:
            empties(self, statements)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(operations, "execute_sql_flush", emptied)
        yield


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """No test leaves a language in force, or counts of what somebody did, for the next one of this process."""
    yield
    translation.deactivate()
    cache.clear()


@pytest.fixture
def on_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that other connections and processes can open too; gives its address, as a node is told it.

    The tests' SQLite lies in memory, where there is one connection: it is copied into the file that a node in
    ``tmp_path`` would have, which is used in its place for a while.
    """
    request.getfixturevalue("transactional_db")
    place = connection.settings_dict
    if connection.vendor == "postgresql":
        address = f"{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
        yield f"postgresql://{address}"
        return
    connection.ensure_connection()
    memory, name = connection.connection, place["NAME"]
    file = tmp_path / "rasr.sqlite3"
    with closing(sqlite3.connect(file)) as copy:
        memory.backup(copy)
    connection.connection, place["NAME"] = None, str(file)
    yield "sqlite"
    connection.close()
    connection.connection, place["NAME"] = memory, name


@pytest.fixture(scope="session")
def small_region() -> Region:
    """The sample at its smallest: 12 sites, 90 stores, 300 records."""
    return Region.from_frames(make_sample(SEED, SCALE))


@pytest.fixture(scope="session")
def places(small_region: Region) -> Places:
    """Where the people of these tests work."""
    tables = small_region.tables
    sites = (
        tables["sites"]
        .join(tables["organisations"].select("organisation_id", "jurisdiction_id"), on="organisation_id")
        .join(tables["stores"].join(tables["stock"], on="store_id", how="semi"), on="site_id", how="semi")
        .sort("site_id")
    )
    one = sites.row(0, named=True)
    other = sites.filter(pl.col("jurisdiction_id") != one["jurisdiction_id"]).row(0, named=True)
    return Places(one["site_id"], one["organisation_id"], other["site_id"], other["organisation_id"])


@contextmanager
def rolled_back_afterwards(blocker: Any) -> Iterator[None]:
    """What is written inside stays until the end of the block, longer than one test, and is then undone."""
    with blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        close = connection.close
        # Django closes connections after each test, which would end this transaction with it
        connection.close = lambda: None
    try:
        yield
    finally:
        with blocker.unblock():
            connection.close = close
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            connection.close()


@pytest.fixture(scope="module")
def loaded(request: pytest.FixtureRequest, small_region: Region, django_db_blocker: Any) -> Iterator[Region]:
    """The small region, in the register for all tests of the module."""
    request.getfixturevalue("django_db_setup")
    with rolled_back_afterwards(django_db_blocker):
        with django_db_blocker.unblock():
            load(small_region)
        yield small_region


@pytest.fixture(scope="session")
def worked_out(small_region: Region) -> Plan:
    """The joint plan of the small region as the core makes it, with the plan alone and the assessment attached."""
    return plan(small_region)


@pytest.fixture(scope="module")
def assessed(loaded: Region, worked_out: Plan, django_db_blocker: Any) -> Run:
    """The kept run of an assessment of the small region, for all tests of the module."""
    assert loaded is worked_out.region
    with django_db_blocker.unblock():
        return keep_assessment(worked_out)


@pytest.fixture(scope="module")
def planned(assessed: Run, worked_out: Plan, django_db_blocker: Any) -> PlanRun:
    """The kept run of a plan of the small region, for all tests of the module."""
    with django_db_blocker.unblock():
        return keep_plan(worked_out, assessed)


def load(region: Region) -> None:
    """Load a region into the empty register, by a user named loader."""
    from rasr.node.records.services import load_region

    load_region(actor=somebody("loader", "planner"), region=region, complete=True, source="test")


def keep_assessment(made: Plan) -> Run:
    """Keep the assessment that the plan was made from, of the region that was loaded."""
    from rasr.node.assessment.services import keep

    assert made.assessment is not None
    return keep(actor=loader(), assessment=made.assessment, register_version=1, duration_s=1.0)


def keep_plan(made: Plan, run: Run) -> PlanRun:
    """Keep the plan and the plan alone."""
    from rasr.node.plan.services import keep

    return keep(
        actor=loader(),
        plan=made,
        alone=made.alone,
        assessment_run=run,
        register_version=run.register_version,
        options=Options(),
        duration_s=1.0,
    )


def loader() -> User:
    """Who has loaded the region."""
    from rasr.node.people.models import User

    return User.objects.get(username="loader")


def somebody(username: str, role: str, organisation_id: str | None = None, site_id: str | None = None) -> User:
    """A user with one role; the password is the name."""
    from rasr.node.people.services import add_user

    return add_user(
        username=username,
        password=username,
        role=role,
        organisation_id=organisation_id,
        site_id=site_id,
        check_password=False,
    )


@pytest.fixture
def joins(loaded: Region, db: None) -> Callable[..., User]:
    """Makes a user of the node in which the small region is loaded: ``somebody``."""
    # both are named as arguments, not asked for at run time: pytest-django makes databases for tests that name ``db``
    assert db is None
    assert loaded.given
    return somebody


@pytest.fixture
def planner(joins: Callable[..., User]) -> User:
    """Sees and plans everything."""
    return joins("planner", "planner")


@pytest.fixture
def officer(joins: Callable[..., User], places: Places) -> User:
    """The technical officer of one organisation: the team mate of the storekeeper."""
    return joins("officer", "technical_officer", organisation_id=places.organisation_id)


@pytest.fixture
def storekeeper(joins: Callable[..., User], places: Places) -> User:
    """Sees one site."""
    return joins("storekeeper", "storekeeper", site_id=places.site_id)


@pytest.fixture
def stranger(joins: Callable[..., User], places: Places) -> User:
    """The technical officer of another organisation, of another jurisdiction."""
    return joins("stranger", "technical_officer", organisation_id=places.other_organisation_id)


@pytest.fixture
def auditor(joins: Callable[..., User]) -> User:
    """Sees everything and changes nothing."""
    return joins("auditor", "auditor")


@pytest.fixture
def administrator(joins: Callable[..., User]) -> User:
    """Runs the node and sees no stock."""
    return joins("administrator", "administrator")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A browser in which somebody is signed in; an exception of a page is raised in the test."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
