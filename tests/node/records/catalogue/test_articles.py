"""Articles are entered and mended by who may, and every change stands on the trail with what was before."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from tests.node.records.lots.people import People, people

from rasr.core.basis.findings import Refused
from rasr.node.people.models import Entry
from rasr.node.records import bridge
from rasr.node.records.catalogue import apart, queries, services
from rasr.node.records.catalogue.finding import words_in
from rasr.node.records.lots.told import Why
from rasr.node.records.models import Article, ArticlesApart, Breach

pytestmark = pytest.mark.django_db
WHY = Why("new in the books", "en")
MINE: dict[str, Any] = {"name": "Нагазна мина ПМА-2", "family": "mine", "unit": "piece"}
MINE |= {"hazard_division": "1.1", "compatibility_group": "D", "neq_kg_each": 0.1, "mass_kg_each": 0.14}


@pytest.fixture
def who() -> People:
    return people()


def add(who: People, article_id: str = "pma2", details: dict[str, Any] | None = None, **facts: Any) -> Article:
    return services.add(
        actor=who.loader, article_id=article_id, facts={**MINE, **facts}, details=details or {}, why=WHY
    )


def change(who: People, article_id: str, why: Why = WHY, **facts: Any) -> Article:
    details = {name: value for name, value in facts.items() if name in services.DETAILS}
    of_table = {name: value for name, value in facts.items() if name in services.FACTS}
    return services.change(actor=who.loader, article_id=article_id, facts=of_table, details=details, why=why)


def refused(code: str, call: Any, *given: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as fault:
        call(*given, **named)
    assert fault.value.code == code
    return fault.value


def test_a_new_article_is_part_of_the_region_at_its_end(who: People) -> None:
    version = bridge.register_state()[0]
    made = add(who, details={"nsn": "1345009269305", "shelf_life_months": 240})
    assert bridge.load_region().table("articles")["article_id"].to_list()[-1] == "pma2"
    assert bridge.register_state()[0] == version + 1
    assert made.detail.nsn == "1345-00-926-9305"
    entry = Entry.objects.get(act="article.add")
    assert entry.row_id == "pma2"
    assert entry.after["neq_kg_each"] == 0.1
    assert entry.reason == WHY.text


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"neq_kg_each": 5.0}, "neq_above_mass"),
        ({"compatibility_group": "N"}, "illegal_division_group"),
        ({"gross_mass_kg_each": 0.1}, "net_above_gross"),
        ({"family": "sword"}, "value_not_allowed"),
        ({"mass_kg_each": -1.0, "neq_kg_each": None}, "value_out_of_range"),
    ],
)
def test_what_cannot_be_is_refused(who: People, facts: dict[str, Any], code: str) -> None:
    refused(code, add, who, **facts)
    assert not Article.objects.filter(pk="pma2").exists()


def test_ids_that_cannot_be_used(who: People) -> None:
    for bad in ("", "a/b", "a?b", "50%", "new\nline"):
        refused("article_id_bad", add, who, bad)
    refused("article_exists", add, who, "bombs")


def test_a_stock_number_of_another_form_is_refused(who: People) -> None:
    refused("nsn_bad", add, who, details={"nsn": "1345-00-926-930"})


def test_what_was_before_stands_on_the_trail_and_nothing_else(who: People) -> None:
    change(who, "bombs", neq_kg_each=2.5, calibre=None, notes="heavier than thought")
    entry = Entry.objects.get(act="article.change")
    assert entry.before == {"neq_kg_each": 2.1, "notes": ""}
    assert entry.after == {"neq_kg_each": 2.5, "notes": "heavier than thought"}
    change(who, "bombs", neq_kg_each=2.5)
    assert Entry.objects.filter(act="article.change").count() == 1


def test_a_change_needs_a_reason_and_the_unit_of_what_is_there_stays(who: People) -> None:
    refused("reason_wanted", change, who, "bombs", Why(""), neq_kg_each=2.5)
    refused("article_unit_fixed", change, who, "bombs", unit="gram")
    change(who, "caps", unit="gram")


def test_a_note_does_not_change_the_register_and_a_mass_does(who: People) -> None:
    version = bridge.register_state()[0]
    change(who, "bombs", notes="seen")
    assert bridge.register_state()[0] == version
    change(who, "bombs", mass_kg_each=7.0)
    assert bridge.register_state()[0] == version + 1
    assert bridge.digest_now() == bridge.load_region().digest()


def test_more_explosive_than_the_licence_allows_is_a_breach(who: People) -> None:
    change(who, "bombs", neq_kg_each=2.0)
    before = set(Breach.objects.filter(closed_at=None, store="S1").values_list("code", "subject"))
    change(who, "bombs", neq_kg_each=5.0)
    after = set(Breach.objects.filter(closed_at=None, store="S1").values_list("code", "subject"))
    assert len(after - before) == 1
    change(who, "bombs", neq_kg_each=1.0)
    assert not Breach.objects.filter(closed_at=None, store="S1", code__contains="over").exists()


def test_only_who_may_change_the_catalogue_does(who: People) -> None:
    for actor in (who.officer, who.keeper, who.stranger):
        with pytest.raises(PermissionDenied):
            services.add(actor=actor, article_id="x", facts=MINE, details={}, why=WHY)
        with pytest.raises(PermissionDenied):
            services.change(actor=actor, article_id="bombs", facts={"name": "x"}, details={}, why=WHY)
        with pytest.raises(PermissionDenied):
            services.add_name(actor=actor, article_id="bombs", naming="nato", name="x", why=WHY)


def test_an_article_is_found_by_any_of_its_names(who: People) -> None:
    add(who)
    services.add_name(actor=who.loader, article_id="pma2", naming="national", name="Нагазна мина ПМА-2а", why=WHY)
    found = {
        words: list(Article.objects.filter(words_in(words)).values_list("pk", flat=True))
        for words in ("nagazna", "НАГАЗНА мина", "pma2a", "bom", "nothing")
    }
    assert found == {"nagazna": ["pma2"], "НАГАЗНА мина": ["pma2"], "pma2a": ["pma2"], "bom": ["bombs"], "nothing": []}
    assert [one.pk for one in queries.named(who.loader, "nagazna mina pma 2")] == ["pma2"]
    assert [one.pk for one in queries.named(who.loader, "BOMB")] == ["bombs"]


def test_names_packages_and_components_come_and_go(who: People) -> None:
    actor = who.loader
    name = services.add_name(actor=actor, article_id="bombs", naming="nato", name=" Bomb,  GP ", why=WHY)
    assert name.name == "Bomb, GP"
    again = {"actor": actor, "article_id": "bombs"}
    refused("name_known", services.add_name, **again, naming="maker", name="Bomb, GP", why=WHY)
    box = services.add_package(**again, name="Crate", quantity=2, gross_mass_kg=15.0, neq_kg=4.2)
    refused("package_known", services.add_package, **again, name="Crate", quantity=3)
    refused("neq_above_mass", services.add_package, **again, name="Box", quantity=3, gross_mass_kg=1.0, neq_kg=2.0)
    part = services.add_component(**again, component_id="caps", quantity=1)
    refused("component_known", services.add_component, **again, component_id="caps", quantity=2)
    refused(
        "component_of_itself", services.add_component, actor=actor, article_id="caps", component_id="bombs", quantity=1
    )
    services.drop_name(**again, name_id=name.pk)
    services.drop_package(**again, package_id=box.pk)
    services.drop_component(**again, component_id=part.pk)
    acts = list(Entry.objects.filter(row_id="bombs", act__startswith="article.").values_list("act", flat=True))
    assert sorted(acts) == sorted(["article.name", "article.package", "article.component"] * 2)


def test_duplicates_are_proposed_and_nothing_is_merged(who: People) -> None:
    add(who)
    add(who, "pma2-new", name="Nagazna mina PMA 2")
    assert [(pair.one.pk, pair.other.pk) for pair in queries.twins(who.loader)] == [("pma2", "pma2-new")]
    assert [one.pk for one in queries.alike_to(who.loader, Article.objects.get(pk="pma2"))] == ["pma2-new"]
    coming = queries.proposed(who.loader, {"z": "nagazna mina PMA2"}, {"z": "piece"})
    assert [(pair.one, pair.other) for pair in coming] == [("pma2", "z"), ("pma2-new", "z")]
    assert Article.objects.filter(closed=True).count() == 0


def test_what_was_told_apart_is_not_proposed_again(who: People) -> None:
    """Whichever of the two is named first; until it is taken back."""
    add(who)
    add(who, "pma2-new", name="Nagazna mina PMA 2")
    first, second = Article.objects.get(pk="pma2"), Article.objects.get(pk="pma2-new")
    said = apart.tell_apart(actor=who.loader, article_id="pma2-new", other_id="pma2", why=WHY)
    assert apart.tell_apart(actor=who.loader, article_id="pma2", other_id="pma2-new", why=WHY) == said
    assert queries.twins(who.loader) == []
    assert queries.alike_to(who.loader, first) == queries.alike_to(who.loader, second) == []
    [one] = apart.told_apart(who.loader)
    assert (one.one, one.other, one.reason, one.said_by) == (first, second, WHY.text, who.loader)
    entries = Entry.objects.filter(act="article.apart").order_by("row_id")
    assert [(entry.row_id, entry.after, entry.reason) for entry in entries] == [
        ("pma2", {"apart_from": "pma2-new"}, WHY.text),
        ("pma2-new", {"apart_from": "pma2"}, WHY.text),
    ]
    refused("reason_wanted", apart.take_back, actor=who.loader, apart_id=said.pk, why=Why(" ", "en"))
    apart.take_back(actor=who.loader, apart_id=said.pk, why=Why("looked again", "en"))
    assert [(pair.one, pair.other) for pair in queries.twins(who.loader)] == [(first, second)]
    back = [one for one in Entry.objects.filter(act="article.apart") if one.before]
    assert sorted((one.row_id, one.before["apart_from"], one.after) for one in back) == [
        ("pma2", "pma2-new", None),
        ("pma2-new", "pma2", None),
    ]


def test_only_who_edits_the_catalogue_tells_apart(who: People) -> None:
    add(who)
    with pytest.raises(PermissionDenied):
        apart.tell_apart(actor=who.keeper, article_id="pma2", other_id="bombs", why=WHY)
    said = apart.tell_apart(actor=who.loader, article_id="pma2", other_id="bombs", why=WHY)
    with pytest.raises(PermissionDenied):
        apart.take_back(actor=who.keeper, apart_id=said.pk, why=WHY)
    assert apart.told_apart(who.keeper) == []
    refused("merge_into_itself", apart.tell_apart, actor=who.loader, article_id="pma2", other_id="pma2", why=WHY)


def test_the_pages_of_what_was_told_apart(who: People) -> None:
    add(who)
    add(who, "pma2-new", name="Nagazna mina PMA 2")
    client = Client()
    client.force_login(who.loader)
    page = reverse("records:duplicates")
    form = reverse("records:article-apart", args=("pma2",))
    assert f"{form}?other=pma2-new" in client.get(page).content.decode()
    shown = client.get(f"{form}?other=pma2-new").content.decode()
    assert 'value="pma2-new"' in shown
    sent = {"other": "pma2-new", "reason": "Another fuze.", "reason_language": "en"}
    assert client.post(form, sent)["Location"] == page
    told = client.get(page).content.decode()
    assert "Another fuze." in told
    assert "No two articles look like one." in told
    back = reverse("records:article-alike", args=(ArticlesApart.objects.get().pk,))
    assert client.post(back, {"reason": "Looked again.", "reason_language": "en"})["Location"] == page
    assert client.get(back).status_code == 404
    assert "Another fuze." not in client.get(page).content.decode()
