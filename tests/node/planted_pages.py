"""One thing of every kind in a store, for whoever opens every page: keys by the names of parameters of addresses."""

from __future__ import annotations

from typing import Any

from tests.node.assessment.candidates import planted_candidates
from tests.node.assessment.hotspots import planted_hotspots
from tests.node.assessment.leaks import planted_works
from tests.node.assessment.licences import planted_licences
from tests.node.assessment.rules import planted_rules
from tests.node.assessment.security import planted_visits
from tests.node.assessment.surroundings import planted_surveys
from tests.node.assessment.upgrades import planted_upgrades
from tests.node.conftest import loader
from tests.node.execution import planted_campaigns
from tests.node.plan import planted_decisions
from tests.node.plan.studies import planted_studies
from tests.node.records.catalogue import planted_catalogue
from tests.node.records.counts import planted_counts
from tests.node.records.events import planted_events
from tests.node.records.lots import planted_lots
from tests.node.records.surplus import planted_surplus

from rasr.node.assessment.models import Run
from rasr.node.places.models import Store
from rasr.node.plan.models import PlanRun
from rasr.node.records.models import Holding, Movement


def planted(full: str, run: Run) -> dict[str, Any]:
    """Lots, items, decisions, counts, events and articles in a store; their keys by the names of parameters."""
    load_movement = Movement.objects.earliest("recorded_at")
    lots = planted_lots.plant(full, "Zeta")
    surplus = planted_surplus.plant(full, "Zeta")
    count = planted_counts.plant(full, "Zeta")
    events = planted_events.plant(full, "Zeta")
    catalogue = planted_catalogue.plant(full, "Zeta")
    return {
        **surplus,
        **vars(events),
        "plan:decision_id": planted_decisions.plant(Store.objects.get(pk=full).site_id, "Zeta").pk,
        "campaign_id": planted_campaigns.plant(PlanRun.objects.latest("made_at"), "Zeta")[0].pk,
        "candidate_id": planted_candidates.plant(_organisation_of(full), "Zeta").pk,
        **_visits(full),
        **vars(planted_upgrades.plant(full, "Zeta")),
        **_hotspots(full),
        "step": "abandon",
        "form_id": planted_licences.plant(full, "Zeta"),
        **vars(planted_surveys.plant(loader(), "Zeta")),
        "file_id": planted_surveys.file(loader(), "Zeta"),
        "work_id": planted_works.enter(loader(), Store.objects.get(pk=full).site_id).pk,
        "assessment:entry_id": planted_rules.plant().pk,
        "study": planted_studies.kept(loader(), run).pk,
        "scenario_id": planted_studies.scenario(loader()).pk,
        "records:row_id": catalogue.known_id,
        "records:table": planted_catalogue.TABLE,
        "apart_id": catalogue.apart_id,
        "picture_id": catalogue.picture_id,
        "what": "name",
        "row": catalogue.name_id,
        "count_id": count.pk,
        "lot_id": lots.lot_id,
        "records:store_id": full,
        "constraint_id": lots.constraint_id,
        "item_id": lots.item_id,
        "batch_id": lots.pieces_id,
        "movement_id": load_movement.pk,
        "articles": {
            "article-apart": catalogue.known_id,
            "article-undo": catalogue.gone_id,
            "article-merge": catalogue.known_id,
            "article-identify": catalogue.found_id,
            "article-classify": catalogue.found_id,
        },
    }


def _visits(full: str) -> dict[str, Any]:
    """A visit to the site of a store, its photograph, and a phone of the loader's."""
    actor = loader()
    made = planted_visits.plant(actor, Store.objects.get(pk=full).site_id, "Zeta", usual=True)
    return {
        "assessment:visit_id": made.visit.pk,
        "finished_id": made.finished.pk,
        "photo_id": made.photograph.pk,
        "phone_id": planted_visits.phone(actor, made.visit).pk,
        "question_id": planted_visits.asked(made.visit)[0],
        "assessment:site_id": made.visit.site_id,
    }


def _hotspots(full: str) -> dict[str, Any]:
    """A contaminated area at the site of a store; which of the tables that leave."""
    made = vars(planted_hotspots.plant(Store.objects.get(pk=full).site_id, "Zeta"))
    return {**made, "subject": "areas"}


def _organisation_of(store_id: str) -> str:
    return Store.objects.get(pk=store_id).site.organisation_id


def full_store() -> str:
    """A store with enough of something to plant lots and items in it."""
    held = Holding.objects.filter(quantity__gt=4, batch__article__unit="piece", batch__purpose="operational")
    return str(held.order_by("pk").values_list("store_id", flat=True)[0])
