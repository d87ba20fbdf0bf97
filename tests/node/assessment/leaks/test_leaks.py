"""What could leak: who sees it, what a result says, which works are chosen, both dangers, and the paper."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import translation
from tests.node.assessment.leaks.planted_works import SENDS, enter, finished
from tests.node.assessment.security import planted_visits
from tests.node.conftest import Places, somebody

from rasr.cli.offered import read_works
from rasr.core.assessment.security import choice
from rasr.core.basis.findings import Refused
from rasr.node.assessment.leaks import printing, queries, services
from rasr.node.assessment.leaks.services import Work
from rasr.node.assessment.models import SecurityWork
from rasr.node.assessment.security import queries as visits
from rasr.node.people.models import Entry, User
from rasr.node.places.models import Site, Store
from rasr.node.records.models import Incident

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("assessed")]


@pytest.fixture
def chief(places: Places) -> User:
    """Who plans the whole node."""
    assert places
    return somebody("chief", "planner")


@pytest.fixture
def elsewhere(places: Places) -> User:
    """A planner of another organisation."""
    return somebody("elsewhere", "technical_officer", organisation_id=places.other_organisation_id)


OVER_ALL = ("/security/works/", "/security/works/sets/", "/security/two-dangers/")


def addresses(site_id: str) -> list[str]:
    return [f"/security/sites/{site_id}/{tail}" for tail in ("result/", "report.pdf", "works/new/")]


def test_a_planner_of_another_organisation_learns_nothing(
    chief: User, elsewhere: User, places: Places, client_of: SignIn
) -> None:
    client = client_of(elsewhere)
    before = [client.get(address).content for address in OVER_ALL]
    work = enter(chief, places.site_id)
    finished(chief, places.site_id)
    nowhere = [client.get(address).status_code for address in addresses("NOWHERE")]
    assert [client.get(address).status_code for address in addresses(places.site_id)] == nowhere == [404] * 3
    assert client.post(f"/security/works/{work.pk}/withdraw/").status_code == 404
    after = [client.get(address).content for address in OVER_ALL]
    name = Site.objects.get(pk=places.site_id).name.encode()
    assert all(name not in page for page in after)
    assert [len(page) for page in before] == [len(page) for page in after]


@pytest.mark.parametrize("role", ["storekeeper", "approver", "administrator", "donor"])
def test_who_has_no_right_is_refused(role: str, places: Places, client_of: SignIn) -> None:
    client = client_of(somebody("other", role))
    for address in (*addresses(places.site_id), *OVER_ALL):
        assert client.get(address).status_code == 403, address


def test_an_auditor_reads_and_enters_nothing(auditor: User, chief: User, places: Places, client_of: SignIn) -> None:
    finished(chief, places.site_id)
    client = client_of(auditor)
    assert [client.get(address).status_code for address in addresses(places.site_id)] == [200, 200, 403]
    with pytest.raises(PermissionDenied):
        services.enter(actor=auditor, site_id=places.site_id, work=Work("locks"))


def test_every_look_stands_on_the_trail_and_says_nothing_of_what_was_seen(
    chief: User, places: Places, client_of: SignIn
) -> None:
    finished(chief, places.site_id)
    enter(chief, places.site_id, source="Offer of Zwq")
    answer = client_of(chief).get(f"/security/sites/{places.site_id}/result/")
    assert "CONFIDENTIAL" in answer.content.decode().upper()
    assert Entry.objects.filter(act="page.look").exists()
    told = json.dumps(list(Entry.objects.filter(act__startswith="security.work").values()), default=str)
    assert "locks" not in told
    assert "Zwq" not in told
    assert "locks" not in SecurityWork.objects.get().body


def test_a_result_without_a_visit_says_so_and_shows_the_index_of_the_stock(
    chief: User, places: Places, client_of: SignIn
) -> None:
    page = client_of(chief).get(f"/security/sites/{places.site_id}/result/?level=1").content.decode()
    assert "No visit here is finished" in page
    assert "never assessed" in page


def test_the_score_of_the_page_is_that_of_the_core(chief: User, places: Places, client_of: SignIn) -> None:
    finished(chief, places.site_id)
    row = visits.scores_of(chief, places.site_id).places.row(0, named=True)
    page = client_of(chief).get(f"/security/sites/{places.site_id}/result/").content.decode()
    assert f"{row['answered']} of {row['questions']}" in page
    assert page.count('class="number"') > 10


def test_the_chosen_works_are_the_best_of_all_sets(chief: User, places: Places, client_of: SignIn) -> None:
    finished(chief, places.site_id)
    costs = {"locks": 900.0, "lighting": 500.0, "cameras": 800.0, "training": 100.0, "fence": 2000.0}
    for kind, cost in costs.items():
        enter(chief, places.site_id, kind, cost)
    enter(chief, places.site_id, "doors", None)
    site = visits.site(chief, places.site_id)
    found = queries.found(chief, [site])
    assert found.offer.works.height == len(costs)
    made = choice.best(found.offer, 1500.0)

    def removed(works: tuple[str, ...]) -> float:
        part = found.offer.works.filter(pl.col("work_id").is_in(works))
        effects = found.offer.effects.filter(pl.col("work_id").is_in(works))
        some = choice.Offer(found.offer.points, found.offer.danger, part, effects)
        return choice.best(some, float(part["cost_eur"].sum())).index_removed

    ids = dict(zip(found.offer.works["work_id"], found.offer.works["cost_eur"], strict=True))
    sets = [one for size in range(len(ids) + 1) for one in combinations(ids, size) if sum(map(ids.get, one)) <= 1500]
    assert made.index_removed == pytest.approx(max(map(removed, sets)))
    page = client_of(chief).get(f"/security/sites/{places.site_id}/result/?budget=1500&level=1").content.decode()
    assert "no cost: no choice" in page
    assert "The best works for at most EUR" in page
    assert "The cheapest works that reach level 1" in page


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (Work("moat"), "unknown_rule"),
        (Work("locks", cost_eur=-1.0), "out_of_range"),
        (Work("locks", cost_eur=float("nan")), "out_of_range"),
        (Work("locks", life_years=float("inf")), "out_of_range"),
        (Work("locks", cost_low_eur=9.0, cost_high_eur=8.0), "out_of_range"),
        (Work("locks", cost_eur=7.0, cost_low_eur=8.0), "out_of_range"),
        (Work("locks", cost_eur=9.5, cost_high_eur=9.0), "out_of_range"),
    ],
)
def test_a_work_at_fault_is_refused(chief: User, places: Places, work: Work, code: str) -> None:
    with pytest.raises(Refused) as refused:
        services.enter(actor=chief, site_id=places.site_id, work=work)
    assert refused.value.code == code
    assert not SecurityWork.objects.exists()


def test_what_a_work_may_cost_stands_beside_what_it_is_to_cost(chief: User, places: Places, client_of: SignIn) -> None:
    finished(chief, places.site_id)
    sent = {**SENDS, "cost_low_eur": "1100", "cost_high_eur": "1400"}
    client = client_of(chief)
    assert (
        client.post(f"/security/sites/{places.site_id}/works/new/", {**sent, "cost_high_eur": "1000"}).status_code
        == 400
    )
    assert client.post(f"/security/sites/{places.site_id}/works/new/", sent).status_code == 302
    page = client.get(f"/security/sites/{places.site_id}/result/").content.decode()
    assert "(1\u202f100 – 1\u202f400)" in page
    found = queries.found(chief, [Site.objects.get(pk=places.site_id)])
    assert found.offer.works.select("cost_low_eur", "cost_eur", "cost_high_eur").row(0) == (1100.0, 1200.5, 1400.0)


def test_a_work_is_entered_and_withdrawn_by_the_pages(chief: User, places: Places, client_of: SignIn) -> None:
    client, store = client_of(chief), Store.objects.filter(site=places.site_id, closed=False).first()
    assert store is not None
    sent = {**SENDS, "store_id": store.pk}
    assert client.post(f"/security/sites/{places.site_id}/works/new/", sent).status_code == 302
    made = SecurityWork.objects.get()
    assert services.opened(made) == Work("locks", store.pk, 1200.5, 10.0, None, "Offer 3/2026")
    faulty = client.post(f"/security/sites/{places.site_id}/works/new/", {**SENDS, "cost_eur": "-5"})
    assert faulty.status_code == 400
    assert client.post(f"/security/works/{made.pk}/withdraw/").status_code == 302
    assert client.post(f"/security/works/{made.pk}/withdraw/").status_code == 404
    assert queries.works(chief, [places.site_id]).is_empty()
    entries = Entry.objects.filter(act__in=("security.work", "security.work_withdraw"))
    assert [entry.organisation_id for entry in entries] == [places.organisation_id] * 2, "who has it whole reads it"


def test_works_over_all_sites_go_by_what_they_remove_for_their_money(
    chief: User, places: Places, client_of: SignIn
) -> None:
    for site in (places.site_id, places.other_site_id):
        finished(chief, site)
        enter(chief, site, "locks", 1000.0)
        enter(chief, site, "lighting", 10.0)
    page = b"".join(client_of(chief).get("/security/works/?export=csv"))
    frame = pl.read_csv(page, comment_prefix="#")
    worth = frame["removed_per_thousand_eur"].drop_nulls().to_list()
    assert worth == sorted(worth, reverse=True)
    assert frame.height == 4
    assert "ease" not in page.decode()


def test_sets_of_works_go_into_a_plan_as_the_command_reads_them(
    chief: User, places: Places, client_of: SignIn, tmp_path: Path
) -> None:
    finished(chief, places.site_id)
    kept = [enter(chief, places.site_id, kind, cost_eur) for kind, cost_eur in (("locks", 900.0), ("lighting", 400.0))]
    file = tmp_path / "works.csv"
    file.write_bytes(b"".join(client_of(chief).get("/security/works/sets/?export=csv")))
    works = {work.cost_eur: work for work in read_works(file, 0.5)}
    found = queries.found(chief, [Site.objects.get(pk=places.site_id)])
    assert {work.site_id for work in works.values()} == {places.site_id}
    for cost_eur, work in works.items():
        chosen = choice.best(found.offer, cost_eur)
        assert work.fatalities_per_year == pytest.approx(chosen.index_removed / 2)
    assert 1300.0 in works
    assert len(works) == 2
    assert not any(str(one.pk) in file.read_text() for one in kept)


def test_the_ranking_moves_with_the_rate_and_only_then(chief: User, client_of: SignIn) -> None:
    both = queries.both(chief)
    assert both["fatalities_per_year"].drop_nulls().len() > 1
    client = client_of(chief)
    free = client.get("/security/two-dangers/").content.decode()
    moved = client.get("/security/two-dangers/?rate=1000").content.decode()
    assert free.split("<tbody>")[1] != moved.split("<tbody>")[1]
    assert client.get("/security/two-dangers/?rate=-1").status_code == 400


def test_pieces_a_year_are_told_only_where_the_record_allows_it(chief: User, places: Places, client_of: SignIn) -> None:
    address = f"/security/sites/{places.site_id}/result/?years=10"
    client = client_of(chief)
    assert "no record of incidents" in client.get(address).content.decode()
    Incident.objects.create(kind="theft", site_id=places.site_id, what="Gone.", reported_by=chief)
    page = client.get(address).content.decode()
    assert "too few losses on record to say" in page


@pytest.mark.parametrize("language", ["en", "sr-latn", "bg", "mk", "ro", "sl", "sq"])
def test_the_paper_is_made_in_every_language(chief: User, places: Places, language: str, tmp_path: Path) -> None:
    finished(chief, places.site_id)
    enter(chief, places.site_id)
    site = visits.site(chief, places.site_id)
    with translation.override(language):
        paper = printing.result(site, queries.found(chief, [site]), queries.trend(chief, site))
    (tmp_path / "paper.pdf").write_bytes(paper)
    assert paper.startswith(b"%PDF")
    assert len(paper) > 10_000


def test_what_was_sealed_with_another_key_is_left_out_and_breaks_nothing(
    chief: User, places: Places, client_of: SignIn
) -> None:
    finished(chief, places.site_id)
    made = enter(chief, places.site_id)
    SecurityWork.objects.filter(pk=made.pk).update(body="not ours")
    page = client_of(chief).get(f"/security/sites/{places.site_id}/result/")
    assert page.status_code == 200
    assert planted_visits.asked
