"""A licence: worked out from what stands near, proposed, signed by a second person, in force, kept with its form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.utils import timezone
from tests.node.records.ledger.crew import S1, S2, Crew, held, moves

from rasr.core.basis.findings import Refused
from rasr.node.assessment.licences import around, giving, queries
from rasr.node.assessment.models import LicenceForm
from rasr.node.assessment.stores.movement import waiting
from rasr.node.people.approvals import services as approvals
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, Entry, User
from rasr.node.places.models import Licence, Store
from rasr.node.records import bridge
from rasr.node.records.models import Breach, Exposure, Holding, Register
from rasr.node.web.said import Said

pytestmark = pytest.mark.django_db
UNTIL = date(2099, 1, 1)
DRAFT = giving.Draft(
    "S1", {"1.1": 500.0, "1.3": 40.0}, UNTIL, "Keep the door shut.", "AASTP-1, read in Tirana", "", "en"
)


def ask(actor: User, draft: giving.Draft = DRAFT) -> Approval:
    """Propose it."""
    return giving.propose(actor=actor, session="asks", draft=draft, reason=Said("New.", "en"))


def sign(crew: Crew, asked: Approval, actor: User | None = None, digest: str | None = None) -> Approval:
    """The second person signs what was shown."""
    given = {"session": "decides", "approve": True, "reason": "Seen.", "digest": digest or asked.digest}
    return approvals.decide(actor=actor or crew.mate, approval_id=asked.pk, **given)


def of_store(store_id: str) -> dict[str, tuple[float, date]]:
    """What the register says a store may hold."""
    rows = Licence.objects.filter(store=store_id)
    return {row.hazard_division: (row.neq_limit_kg, row.valid_until) for row in rows}


def test_the_nearest_house_binds_and_its_rule_is_told(beside: Crew) -> None:
    found = around.read(Store.objects.get(pk="S1"))
    row = found.limits.filter(hazard_division="1.1").row(0, named=True)
    assert (row["binding_id"], row["function"], row["status"]) == ("H1", "BD30", "not_verified")
    assert row["distance_m"] == pytest.approx(222.4, abs=0.1)
    assert 990.0 < row["limit_kg"] < 1_010.0
    assert found.allowed["1.1"]["allowed_kg"] == row["limit_kg"]
    assert beside.judge.pk


def test_two_people_put_a_licence_in_force_with_its_form(beside: Crew) -> None:
    version = Register.objects.get().version
    asked = ask(beside.judge)
    assert of_store("S1")["1.1"][0] == 10.0, "nothing holds yet"
    assert sign(beside, asked).state == ApprovalState.APPROVED
    assert of_store("S1") == {"1.1": (500.0, UNTIL), "1.3": (40.0, UNTIL)}, "1.4 has no licence now"
    form = LicenceForm.objects.get()
    assert (form.number, form.proposed_by, form.signed_by) == (1, beside.judge, beside.mate)
    assert form.basis["given_before"] == {
        "1.1": [10.0, "2030-01-01"],
        "1.3": [100.0, "2030-01-01"],
        "1.4": [5.0, "2020-01-01"],
    }
    assert form.basis["limits"][0]["binding_id"] == "H1"
    assert form.basis["pairs"][0]["exposed_id"] == "H1"
    assert form.basis["pairs"][0]["north_m"] == pytest.approx(222.4, abs=0.1)
    assert queries.is_in_force(form)
    assert Register.objects.get().version == version + 1
    assert bridge.digest_now() == bridge.load_region().digest()
    acts = set(Entry.objects.filter(reason=str(form)).values_list("row_id", flat=True))
    assert acts == {"S1 / 1.1", "S1 / 1.3", "S1 / 1.4"}
    assert Entry.objects.filter(act="licence.give", row_id=str(form.pk), site_id="A").count() == 1


def test_a_later_licence_takes_the_place_of_the_first(beside: Crew) -> None:
    sign(beside, ask(beside.judge))
    sign(beside, ask(beside.judge, replace(DRAFT, limits={"1.1": 100.0})))
    first, second = LicenceForm.objects.order_by("number")
    assert (queries.is_in_force(first), queries.is_in_force(second)) == (False, True)
    assert of_store("S1") == {"1.1": (100.0, UNTIL)}


def test_a_licence_that_is_too_small_raises_a_breach_at_once(beside: Crew) -> None:
    sign(beside, ask(beside.judge, replace(DRAFT, limits={"1.1": 10.4})))
    assert held("R1", "S1") == 5, "10.5 kg"
    assert Breach.objects.filter(store="S1", code="over_licence", closed_at=None).exists()
    sign(beside, ask(beside.judge))
    assert not Breach.objects.filter(store="S1", closed_at=None).exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"limits": {}}, "licence_empty"),
        ({"limits": {"1.1": -1.0}}, "licence_limit_wrong"),
        ({"limits": {"1.1": float("nan")}}, "licence_limit_wrong"),
        ({"limits": {"1.5": 1.0}}, "licence_limit_wrong"),
        ({"limits": {"1.1": 1e12}}, "licence_over"),
        ({"valid_until": date(2020, 1, 1)}, "licence_day_past"),
        ({"limits": {"1.1": 1_100.0}}, "licence_over_distance"),
        ({"limits": {"1.1": 900.0, "1.3": 200.0}}, "licence_over_distance"),
        ({"document": " "}, "licence_document_wanted"),
    ],
)
def test_what_is_no_licence_is_refused(beside: Crew, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(beside.judge, replace(DRAFT, **change))
    assert refused.value.code == code
    assert not Approval.objects.filter(kind=giving.KIND).exists()


def test_more_than_the_distances_allow_takes_a_named_exception(beside: Crew) -> None:
    asked = ask(beside.judge, replace(DRAFT, limits={"1.1": 1_100.0}, exception="Minister, paper 7"))
    told = str(asked.shown)
    assert "Minister, paper 7" in told
    assert "nearer than the distances" in told, "the second person sees what is too near"
    sign(beside, asked)
    assert of_store("S1")["1.1"][0] == 1_100.0


def test_what_was_shown_must_still_be_so_when_it_is_signed(beside: Crew) -> None:
    asked = ask(beside.judge)
    Exposure.objects.filter(pk="H1").update(latitude_deg=41.001)
    with pytest.raises(Refused):
        sign(beside, asked)
    assert of_store("S1")["1.1"][0] == 10.0
    assert not LicenceForm.objects.exists()


def test_a_firm_rule_that_leaves_a_kind_out_asks_for_the_document_too(
    beside: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"allowed_kg": 1_000.0, "status": "verified", "not_covered": ""}
    for missing, faults in (("", []), ("open_air", ["licence_document_wanted"])):
        monkeypatch.setattr(around.Around, "allowed", {"1.1": {**row, "not_covered": missing}})
        found, codes = around.read(Store.objects.get(pk="S1")), []
        try:
            giving.check(replace(DRAFT, limits={"1.1": 5.0}, document=""), found)
        except Refused as refused:
            codes.append(refused.code)
        assert codes == faults
    assert beside.judge.pk


def test_one_licence_of_a_store_waits_at_a_time(beside: Crew) -> None:
    ask(beside.judge)
    with pytest.raises(Refused) as refused:
        ask(beside.judge, replace(DRAFT, limits={"1.1": 1.0}))
    assert refused.value.code == "approval_waits"


def test_only_who_judges_there_proposes_and_only_another_one_signs(beside: Crew) -> None:
    with pytest.raises(PermissionDenied):
        ask(beside.keeper)
    with pytest.raises(ObjectDoesNotExist):
        ask(beside.stranger)
    asked = ask(beside.judge)
    for nobody in (beside.judge, beside.stranger, beside.keeper):
        with pytest.raises((Refused, PermissionDenied, ObjectDoesNotExist)):
            sign(beside, asked, nobody)
    assert of_store("S1")["1.1"][0] == 10.0


def test_a_store_without_a_rule_for_what_is_near_is_not_covered(beside: Crew) -> None:
    Exposure.objects.filter(pk="H1").update(kind="open_air")
    rows = {
        row["hazard_division"]: row for row in around.read(Store.objects.get(pk="S1")).standing(timezone.localdate())
    }
    assert rows["1.1"]["allowed_kg"] is None
    assert (rows["1.1"]["status"], rows["1.1"]["not_covered"]) == ("not_covered", "open_air")
    with pytest.raises(Refused) as refused:
        ask(beside.judge, replace(DRAFT, document=""))
    assert refused.value.code == "licence_document_wanted"


def test_an_article_whose_neq_nobody_knows_is_counted_as_unknown(beside: Crew) -> None:
    found = around.read(Store.objects.get(pk="S2"))
    unknown = Holding.objects.filter(store="S2", quantity=None).count()
    assert found.unknown == unknown == 1
    assert beside.judge.pk


def test_a_drafted_movement_shows_the_breach_that_it_makes_and_the_one_that_it_mends(beside: Crew) -> None:
    Licence.objects.filter(store="S2", hazard_division="1.1").update(neq_limit_kg=20.0)
    asked = beside.ask(moves("transfer", ("R1", 3, S1, S2)))
    found = waiting(beside.keeper, asked.pk)
    stores, more = queries.after_movement(beside.keeper, found, timezone.localdate())
    assert more == 0
    rows = {one.store.pk: next(row for row in one.rows if row["hazard_division"] == "1.1") for one in stores}
    told = {
        store: (row["neq_before_kg"], row["neq_kg"], row["is_new"], row["is_mended"]) for store, row in rows.items()
    }
    assert told["S1"] == (10.5, pytest.approx(4.2), False, True), "10.5 kg stand against a licence of 10"
    assert told["S2"] == (16.8, pytest.approx(23.1), True, False)
    with pytest.raises(ObjectDoesNotExist):
        waiting(beside.stranger, asked.pk)


def test_a_barricade_changes_what_a_neighbouring_store_allows(beside: Crew) -> None:
    assert beside.judge.pk
    Store.objects.filter(pk="S2").update(latitude_deg=41.0009, site="A")
    found = around.read(Store.objects.get(pk="S1"))
    bare = found.limits.filter(hazard_division="1.1")["limit_kg"][0]
    Exposure.objects.all().delete()
    alone = around.read(Store.objects.get(pk="S1"))
    row = alone.limits.filter(hazard_division="1.1").row(0, named=True)
    assert row["binding_id"] == "S2"
    behind = alone.behind_barricade["1.1"]
    assert behind is not None
    assert behind > row["limit_kg"] > bare
