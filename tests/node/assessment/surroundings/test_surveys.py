"""Surveys kept, drawn, cut, put in force and compared; and who may do what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from tests.node.assessment.surroundings.survey_files import PLACES, csv, geojson, geopackage, mapping, sent
from tests.node.conftest import somebody
from tests.node.records.small_register import region

from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.node.assessment.models import SiteAnswer, Survey, SurveyFile, SurveyFileState, SurveyWay
from rasr.node.assessment.surroundings import queries, sending, services
from rasr.node.jobs.kept import from_bytes
from rasr.node.people.models import Entry, User
from rasr.node.records import bridge
from rasr.node.records.models import Exposure, Register
from rasr.node.records.services import load_region

DAY = date(2026, 11, 1)
FAR = [("far", "inhabited_building", 45.0, 15.0)]
Bring = Callable[..., SurveyFile]


@pytest.fixture
def ana(db: None, no_files: None) -> User:
    """A planner of a node of three stores; S1 holds 10.5 kg of 1.1 within a licence of 10."""
    assert db is no_files is None
    planner = somebody("ana", "planner")
    load_region(actor=planner, region=region(), complete=True, source="first.xlsx")
    return planner


@pytest.fixture
def bring(ana: User) -> Bring:
    """Sends a file and has it read."""

    def brought(content: bytes, name: str = "a.geojson", by: User = ana, **more: Any) -> SurveyFile:
        given = {"title": more.pop("title", "Autumn"), "surveyed_on": more.pop("surveyed_on", DAY)}
        kept = sending.receive(actor=by, file=sent(content), name=name, **given)
        return sending.bring_in(actor=by, file_id=kept.pk, mapping=mapping(**more))

    return brought


def survey_of(found: SurveyFile) -> Survey:
    assert found.survey is not None, found.findings
    return found.survey


def acts() -> list[str]:
    return list(Entry.objects.filter(act__startswith="survey.").order_by("at").values_list("act", flat=True))


def exposures() -> list[str]:
    return sorted(Exposure.objects.values_list("exposure_id", flat=True))


def test_a_file_becomes_a_survey_and_is_deleted(bring: Bring, ana: User) -> None:
    found = bring(geojson())
    survey = survey_of(found)
    assert (found.state, survey.rows, survey.title, survey.surveyed_on) == (SurveyFileState.KEPT, 2, "Autumn", DAY)
    assert (survey.way, survey.source, survey.crs) == (SurveyWay.FILE, "a.geojson", "WGS 84")
    assert queries.frame(ana, survey)["exposure_id"].to_list() == ["h1", "w1"]
    assert list(sending.folder().glob("*")) == []
    assert acts() == ["survey.send", "survey.keep"]
    assert exposures() == []


def test_of_a_faulty_file_nothing_is_kept_and_every_fault_is(bring: Bring) -> None:
    wrong = [("h1", "castle", 41.0, 20.0), ("h1", "workshop", 91.0, 20.0)]
    found = bring(csv(wrong), "b.csv", x="lon", y="lat", crs=4326)
    assert (found.state, found.faults, Survey.objects.count()) == (SurveyFileState.FAULTY, 3, 0)
    codes = {one["code"] for one in found.findings}
    assert codes == {"value_not_allowed", "value_out_of_range", "duplicate_id"}
    again = sending.bring_in(
        actor=found.actor, file_id=found.pk, mapping=mapping(columns={}, kind="workshop", x="lon", y="lat", crs=3857)
    )
    assert (again.state, again.findings) == (SurveyFileState.KEPT, [])
    with pytest.raises(Refused, match="survey_closed"):
        sending.bring_in(actor=found.actor, file_id=found.pk, mapping=mapping())


def test_what_cannot_be_read_is_not_kept(bring: Bring) -> None:
    for content, name in ((b"<xml/>", "a.gpkg"), (b"<xml/>", "a.geojson"), (geojson(), "a.shp")):
        with pytest.raises(Refused, match="survey_unreadable"):
            bring(content, name)
    assert (SurveyFile.objects.count(), list(sending.folder().glob("*"))) == (0, [])


def test_files_are_dropped_and_go_after_a_day(ana: User) -> None:
    given = {"actor": ana, "name": "a.geojson", "title": "x", "surveyed_on": DAY}
    one, two = (sending.receive(file=sent(geojson()), **given) for _ in range(2))
    sending.discard(actor=ana, file_id=one.pk)
    with pytest.raises(Refused, match="survey_closed"):
        sending.discard(actor=ana, file_id=one.pk)
    assert len(list(sending.folder().glob("*"))) == 1
    assert sending.sweep(timezone.now() + timedelta(days=2)) == 1
    assert list(sending.folder().glob("*")) == []
    assert set(SurveyFile.objects.values_list("state", flat=True)) == {SurveyFileState.DISCARDED}
    assert SurveyFile.objects.get(pk=two.pk).file == ""
    for _ in range(sending.MOST_WAITING):
        sending.receive(file=sent(geojson()), **given)
    with pytest.raises(Refused, match="survey_files_many"):
        sending.receive(file=sent(geojson()), **given)


def test_a_survey_in_force_is_the_exposures_of_the_register(bring: Bring, ana: User) -> None:
    first, second = (survey_of(bring(geojson(some))) for some in (PLACES, FAR))
    version = Register.objects.get().version
    services.put_in_force(actor=ana, survey_id=first.pk)
    assert exposures() == ["h1", "w1"]
    services.put_in_force(actor=ana, survey_id=second.pk)
    assert exposures() == ["far"]
    assert Register.objects.get().version == version + 2
    assert bridge.load_region().digest() == Register.objects.get().digest
    last = queries.in_force(ana)
    assert last is not None
    assert (last.survey.pk, last.overtaken) == (second.pk, False)
    services.put_in_force(actor=ana, survey_id=first.pk)
    last = queries.in_force(ana)
    assert last is not None
    assert (last.survey.pk, last.overtaken) == (first.pk, False)
    other = Region.from_frames({"exposures": queries.frame(ana, second)})
    load_region(actor=ana, region=other, complete=False, source="elsewhere.xlsx")
    last = queries.in_force(ana)
    assert last is not None
    assert last.overtaken
    assert acts().count("survey.enforce") == 3


def test_nothing_else_of_the_register_moves(bring: Bring, ana: User) -> None:
    before = {name: frame for name, frame in bridge.read_tables().items() if name != "exposures"}
    services.put_in_force(actor=ana, survey_id=survey_of(bring(geojson())).pk)
    after = bridge.read_tables()
    assert all(after[name].equals(frame) for name, frame in before.items())


def test_a_survey_too_large_for_the_register_is_kept_and_can_be_cut(
    bring: Bring, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = survey_of(bring(geojson(PLACES + FAR)))
    monkeypatch.setattr(services, "MOST_IN_FORCE", 2)
    with pytest.raises(Refused, match="survey_too_large"):
        services.put_in_force(actor=ana, survey_id=whole.pk)
    cut = services.cut(actor=ana, survey=whole, within_km=1.0, title="Near")
    assert (cut.rows, cut.way, cut.surveyed_on) == (2, SurveyWay.CUT, DAY)
    services.put_in_force(actor=ana, survey_id=cut.pk)
    assert exposures() == ["h1", "w1"]
    with pytest.raises(Refused, match="survey_empty"):
        services.cut(actor=ana, survey=survey_of(bring(geojson(FAR))), within_km=1.0, title="Nothing")


def test_the_register_is_taken_as_a_survey(bring: Bring, ana: User) -> None:
    with pytest.raises(Refused, match="survey_empty"):
        services.take(actor=ana, title="Now", surveyed_on=DAY)
    services.put_in_force(actor=ana, survey_id=survey_of(bring(geojson())).pk)
    taken = services.take(actor=ana, title="Now", surveyed_on=DAY)
    assert (taken.rows, taken.way) == (2, SurveyWay.REGISTER)


def test_points_are_drawn_on_top_of_a_survey(bring: Bring, ana: User) -> None:
    base = survey_of(bring(geojson()))
    point = {"kind": "open_air", "latitude_deg": 41.1, "longitude_deg": 20.0, "persons_day": 2.0, "relation": None}
    about = {"actor": ana, "base": base, "drawn": pl.DataFrame([point]), "title": "More", "surveyed_on": DAY}
    more = services.draw(**about, left_out=["w1"])
    assert queries.frame(ana, more)["exposure_id"].to_list() == ["h1", "drawn-20261101-1"]
    again = services.draw(**{**about, "base": more}, left_out=[])
    assert queries.frame(ana, again)["exposure_id"].to_list()[-1] == "drawn-20261101-2"
    assert base.rows == 2
    with pytest.raises(Refused, match="survey_unknown_ids"):
        services.draw(**about, left_out=["nobody"])
    strange = pl.DataFrame([point | {"latitude_deg": 95.0}])
    with pytest.raises(Refused, match="survey_faulty"):
        services.draw(**{**about, "drawn": strange}, left_out=[])


def test_what_came_nearer_names_the_store(bring: Bring, ana: User) -> None:
    house, workshop = PLACES
    earlier = survey_of(bring(geojson([workshop, *FAR])))
    later = survey_of(bring(geojson([house, workshop, *FAR])))
    found = queries.nearer(ana, earlier, later, 0.0)
    told = found.select("exposure_id", "change", "store_id").unique().rows()
    assert told == [("h1", "new", "S1")]
    assert found["shortfall_m"].max() > 0
    renamed = survey_of(bring(geojson([("other", *workshop[1:]), ("farther", *FAR[0][1:])])))
    assert queries.nearer(ana, earlier, renamed, 1.0).is_empty()
    moved = queries.nearer(ana, earlier, renamed, 0.0)
    assert set(moved["exposure_id"]) <= {"other"}


def test_may_it_be_built(ana: User) -> None:
    given = {"actor": ana, "about": "1/26", "kind": "inhabited_building"}
    near = services.ask(**given, latitude_deg=41.0005, longitude_deg=20.0)
    far = services.ask(**given, latitude_deg=46.0, longitude_deg=15.0)
    assert (near.answer, far.answer) == (SiteAnswer.NO, SiteAnswer.YES)
    stores = from_bytes(near.stores)
    assert set(stores["store_id"]) == {"S1"}
    binding = stores.sort("shortfall_m", descending=True, nulls_last=True).row(0, named=True)
    assert binding["shortfall_m"] == pytest.approx(binding["required_m"] - binding["distance_m"])
    assert binding["limit_kg"] < binding["neq_kg"]
    assert far.register_version == Register.objects.get().version
    between = services.ask(**given, latitude_deg=41.02, longitude_deg=20.0)
    assert between.answer == SiteAnswer.UNVERIFIED
    assert [entry.after["answer"] for entry in Entry.objects.filter(act="safeguarding.ask").order_by("at")] == [
        "no", "yes", "unverified",
    ]  # fmt: skip


def test_an_unknown_quantity_is_no_yes(ana: User) -> None:
    near_s2 = {"latitude_deg": 41.1001, "longitude_deg": 20.0}
    found = services.ask(actor=ana, about="x", kind="inhabited_building", **near_s2)
    assert found.uncounted == ["S2"]
    assert found.answer != SiteAnswer.YES


@pytest.mark.parametrize(("kind", "at"), [("castle", 41.0), ("workshop", 95.0), ("workshop", float("nan"))])
def test_nonsense_is_not_asked(ana: User, kind: str, at: float) -> None:
    with pytest.raises(Refused):
        services.ask(actor=ana, about="x", kind=kind, latitude_deg=at, longitude_deg=20.0)


def test_who_may(bring: Bring, ana: User, tmp_path: Path) -> None:
    survey = survey_of(bring(geopackage(tmp_path / "a.gpkg"), "a.gpkg"))
    mate = somebody("mate", "technical_officer")
    assert sending.sent(actor=mate).count() == 0
    assert survey_of(bring(geojson(), by=mate)).actor == mate
    with pytest.raises(PermissionDenied):
        services.put_in_force(actor=mate, survey_id=survey.pk)
    with pytest.raises(Survey.DoesNotExist):
        services.put_in_force(actor=ana, survey_id=uuid4())
    keeper = somebody("keeper", "storekeeper", site_id="A")
    stranger = somebody("stranger", "technical_officer", organisation_id="ME-POL")
    for nobody in (keeper, stranger):
        for call in (queries.surveys, queries.in_force, queries.enquiries):
            with pytest.raises(PermissionDenied):
                call(nobody)
        with pytest.raises(PermissionDenied):
            queries.frame(nobody, survey)
        with pytest.raises(PermissionDenied):
            services.take(actor=nobody, title="x", surveyed_on=DAY)
        with pytest.raises(PermissionDenied):
            services.ask(actor=nobody, about="x", kind="workshop", latitude_deg=41.0, longitude_deg=20.0)
        with pytest.raises(PermissionDenied):
            sending.receive(actor=nobody, file=sent(b"{"), name="a.geojson", title="x", surveyed_on=DAY)
