"""Split, join, repack, disassembly: what goes in comes out. Packages, and how things were found."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from tests.node.records.movements.people import People, browser, held, key, send, things

from rasr.node.records.models import Article, ArticleComponent, Item, Movement, Package
from rasr.node.records.services import recompute_holdings

pytestmark = pytest.mark.django_db


@pytest.fixture
def parts(crew: People) -> None:
    """A bomb of 7.3 kg is 5.2 kg of steel and 2.1 kg of TNT."""
    assert crew.officer.is_active
    facts = {"family": "component", "unit": "gram", "compatibility_group": "not_applicable"}
    at = Article.objects.latest("position").position
    for number, (name, division, grams) in enumerate((("steel", "not_applicable", 5_200), ("tnt", "1.1", 2_100)), 1):
        made = Article.objects.create(
            article_id=name, name=name.title(), hazard_division=division, position=at + number, **facts
        )
        ArticleComponent.objects.create(article_id="bombs", component=made, quantity=grams)


def converted(crew: People, chosen: dict[str, str], *lines: dict[str, Any]) -> Any:
    """The answer to a conversion in S1."""
    return send(browser(crew.officer), "conversion", **chosen, **things(*lines))


def came_out() -> list[tuple[str, str | None, int | None]]:
    """Article, lot and quantity of what came out of the conversion."""
    lines = Movement.objects.get(kind="conversion").lines.filter(from_place__kind="converted")
    return sorted((one.batch.article_id, one.batch.lot, one.quantity) for one in lines.select_related("batch"))


def test_split(crew: People) -> None:
    lots = ({"article": "bombs", "quantity": "3", "lot": "L-7a"}, {"article": "bombs", "quantity": "4", "lot": "L-7b"})
    assert converted(crew, {key("R4"): "7"}, *lots).status_code == 302
    assert came_out() == [("bombs", "L-7a", 3), ("bombs", "L-7b", 4)]
    assert ("R4", "S1") not in held()
    assert recompute_holdings() == []


def test_join(crew: People) -> None:
    assert converted(crew, {key("R1"): "5", key("R4"): "7"}, {"article": "bombs", "quantity": "12"}).status_code == 302
    assert came_out() == [("bombs", None, 12)]
    assert not {("R1", "S1"), ("R4", "S1")} & held().keys() or held().get(("R1", "S1")) == 12
    assert recompute_holdings() == []


def test_repack(crew: People) -> None:
    """Into another stack, in packages: twelve in crates of four."""
    Package.objects.create(article_id="bombs", name="Crate", quantity=4)
    chosen = {key("R1"): "5", key("R4"): "7"}
    line = {"article": "bombs", "quantity": "3", "package": "Crate", "stack": "row 2"}
    shown = converted(crew, chosen, line)
    assert shown.status_code == 400
    assert "3 × 4 = 12 pieces" in shown.content.decode()
    assert converted(crew, chosen, {**line, "worked_out": "12"}).status_code == 302
    assert came_out() == [("bombs", None, 12)]


@pytest.mark.usefixtures("parts")
def test_disassembly_proposes_the_components(crew: People) -> None:
    chief = browser(crew.officer)
    shown = send(chief, "conversion", parts="1", **{key("R1"): "2"}, **things({}))
    assert shown.status_code == 200
    assert not Movement.objects.filter(kind="conversion").exists()
    proposed = shown.context["things"].forms
    assert [(one["article"].value(), one["quantity"].value()) for one in proposed] == [
        ("steel", "10400"),
        ("tnt", "4200"),
    ]
    assert shown.context["form"][key("R1")].value() == "2"
    lines = [{name: one[name].value() or "" for name in ("article", "quantity", "purpose")} for one in proposed]
    assert converted(crew, {key("R1"): "2"}, *lines).status_code == 302
    assert came_out() == [("steel", None, 10_400), ("tnt", None, 4_200)]
    assert held()["R1", "S1"] == 3


def test_what_has_no_components_proposes_none(crew: People) -> None:
    shown = send(browser(crew.officer), "conversion", parts="1", **{key("R1"): "2"}, **things({}))
    assert (shown.status_code, b"no components" in shown.content) == (200, True)


@pytest.mark.usefixtures("parts")
def test_what_does_not_balance_is_refused(crew: People) -> None:
    """Pieces of the same article, mass where it changes, a mass nobody knows; half a gram is no matter."""
    for lines, said in (
        ([{"article": "bombs", "quantity": "1"}], "7.3"),
        ([{"article": "steel", "quantity": "14598"}], "0.002"),
        ([{"article": "caps", "quantity": "1"}], "caps"),
    ):
        answer = converted(crew, {key("R1"): "2"}, *lines)
        assert answer.status_code == 400
        assert said in answer.content.decode()
    assert not Movement.objects.filter(kind="conversion").exists()
    Article.objects.filter(pk="bombs").update(gross_mass_kg_each=7.30025)  # two of them: 14 600.5 g
    assert converted(crew, {key("R1"): "2"}, {"article": "steel", "quantity": "14600"}).status_code == 302


def test_a_receipt_counted_in_packages(crew: People) -> None:
    Package.objects.create(article_id="bombs", name="Crate", quantity=4)
    Package.objects.create(article_id="powder", name="Drum", quantity=50_000)
    keeper = browser(crew.keeper)
    form = keeper.get(reverse("records:move", args=("receipt", "S1"))).content.decode()
    assert '<option value="Crate">' in form
    line = {"article": "Bomb", "quantity": "6", "package": "Crate"}
    first = send(keeper, "receipt", **things(line))
    assert first.status_code == 400
    text = first.content.decode()
    assert "6 × 4 = 24 pieces" in text
    assert 'name="things-0-worked_out" value="24"' in text
    assert send(keeper, "receipt", **things({**line, "worked_out": "23"})).status_code == 400
    assert not Movement.objects.filter(kind="receipt").exists()
    assert send(keeper, "receipt", **things({**line, "worked_out": "24"})).status_code == 302
    assert Movement.objects.get(kind="receipt").lines.get().quantity == 24


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"article": "bombs", "quantity": "6", "package": "Drum"}, "It has: Crate (4)"),
        ({"article": "bombs", "package": "Crate"}, "how many packages"),
        ({"article": "bombs", "quantity": "1", "package": "Crate", "serials": "A"}, "one by one"),
        ({"article": "bombs", "quantity": "1000000000000", "package": "Crate"}, "more than there can be"),
        ({"article": "nothing", "quantity": "1", "package": "Crate"}, "no such article"),
    ],
)
def test_packages_that_are_none(crew: People, line: dict[str, str], said: str) -> None:
    Package.objects.create(article_id="bombs", name="Crate", quantity=4)
    Package.objects.create(article_id="powder", name="Drum", quantity=50_000)
    answer = send(browser(crew.keeper), "receipt", **things(line))
    assert (answer.status_code, said in answer.content.decode()) == (400, True)
    assert not Movement.objects.filter(kind="receipt").exists()


@pytest.mark.parametrize(
    ("origin", "purpose", "becomes"),
    [
        ("seized", "", "evidence"),
        ("seized", "confiscated", "confiscated"),
        ("seized", "operational", None),
        ("surrendered", "", "surrendered"),
        ("surrendered", "war_reserve", None),
        ("found", "", "operational"),
        ("found", "training", "training"),
    ],
)
def test_how_it_was_found(crew: People, origin: str, purpose: str, becomes: str | None) -> None:
    line = {"article": "rifles", "serials": "Z-1", "purpose": purpose}
    answer = send(browser(crew.stranger), "find", "S3", origin=origin, **things(line))
    if becomes is None:
        assert (answer.status_code, "held as" in answer.content.decode()) == (400, True)
        assert not Item.objects.exists()
        return
    assert answer.status_code == 302, answer.content.decode()
    item = Item.objects.get()
    assert (item.origin, item.at.batch.purpose) == (origin, becomes)
