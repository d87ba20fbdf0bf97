"""For every address that takes a form, something there is for it to do: who sends what, and the acts it leaves."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.node.assessment.candidates import planted_candidates
from tests.node.assessment.hotspots import planted_hotspots
from tests.node.assessment.leaks import planted_works
from tests.node.assessment.licences import planted_licences
from tests.node.assessment.rules import planted_rules
from tests.node.assessment.security import planted_visits
from tests.node.assessment.surroundings import planted_surveys, survey_files
from tests.node.assessment.upgrades import planted_upgrades
from tests.node.conftest import SCALE, SEED, keep_assessment, keep_plan, somebody
from tests.node.execution import planted_campaigns
from tests.node.people.scenes import Data, Post, Scene
from tests.node.people.scenes import post as _post
from tests.node.plan import planted_decisions
from tests.node.plan.studies import planted_studies
from tests.node.records.catalogue import planted_catalogue
from tests.node.records.counts import planted_counts
from tests.node.records.events import planted_events
from tests.node.records.lots import planted_lots
from tests.node.records.surplus import planted_surplus
from uuid6 import uuid7

from rasr.core.records.region import Region
from rasr.facade import plan
from rasr.node.people import invitations, services
from rasr.node.people.models import Approval, User
from rasr.node.people.place import NODE
from rasr.node.plan.models import PlanRun
from rasr.node.records.models import Holding, Lot
from rasr.node.records.services import LineDraft, MovementDraft, Spot
from rasr.node.records.services import post as post_movement
from rasr.sample import make_sample


def _load(scene: Scene) -> Post:
    sent = scene.upload(checked=True)
    data = {"version": sent.register_version, "loading": "part", "understood": "on", "confirm": "on"}
    return _post(scene.planner, "job.ask", data, upload_id=sent.pk)


def _send(scene: Scene) -> Post:
    file = SimpleUploadedFile("region.xlsx", scene.workbook.read_bytes())
    return _post(scene.planner, "upload.send job.ask", {"file": file})


def _keeper(scene: Scene) -> User:
    """Somebody with a role whom the administrator manages."""
    return somebody("kept", "storekeeper", site_id=scene.places.site_id)


def _about(scene: Scene, acts: str, data: Data | None = None, *, closed: bool = False) -> Post:
    person = _keeper(scene)
    if closed:
        services.deactivate(actor=None, user_id=person.pk, reason="")
    return _post(scene.administrator, acts, {"reason": "So.", **(data or {})}, user_id=person.pk)


def _take(scene: Scene) -> Post:
    person = _keeper(scene)
    kwargs = {"user_id": person.pk, "grant_id": person.grants.get().pk}
    return _post(scene.administrator, "grant.take", {"reason": "So."}, **kwargs)


def _asked(scene: Scene) -> Approval:
    given = {"user_id": _keeper(scene).pk, "role": "planner", "place": NODE, "reason": "So."}
    return services.ask_grant(actor=scene.administrator, session="another", **given)


def _decide(scene: Scene) -> Post:
    asked = _asked(scene)
    data = {"decision": "approve", "digest": asked.digest, "reason": "So."}
    return _post(somebody("second", "approver"), "approval.decide grant.give", data, approval_id=asked.pk)


def _invited(scene: Scene) -> invitations.Made:
    return invitations.invite(actor=scene.administrator, name="Mira", language="en")


def _invitation(scene: Scene) -> Post:
    data = {"name": "Mira", "language": "en", "role": "planner", "place": "node"}
    return _post(scene.administrator, "invitation.make", data)


def _lost(scene: Scene) -> Post:
    post = _about(scene, "approval.ask")
    Authenticator.objects.create(user_id=post.kwargs["user_id"], type=Authenticator.Type.TOTP, data={"secret": "x"})
    return post


def _sign_in(_scene: Scene) -> Post:
    name = somebody("ana", "planner").username
    return _post(None, "user.sign_in", {"login": name, "password": name})


def _end_session(scene: Scene) -> Post:
    signed_in(Client(), scene.planner)
    return _post(scene.planner, "user.sessions")


def _classify(scene: Scene) -> Post:
    data = {"mark": 2, "reason": "So.", "reason_language": "en"}
    return _post(scene.planner, "site.classify", data, site_id=scene.places.site_id)


def _held(scene: Scene) -> Holding:
    """Something that lies in the site of the people."""
    held = Holding.objects.filter(store__site=scene.places.site_id, quantity__gt=0)
    return held.select_related("store").earliest("pk")


def _gone(scene: Scene) -> MovementDraft:
    """One of it, lost."""
    held = _held(scene)
    line = LineDraft(held.batch_id, 1, "counted", Spot.store(str(held.store_id)), Spot("lost"))
    lost = MovementDraft(uuid7(), "loss", timezone.now(), "because", (line,))
    post_movement(actor=scene.planner, movement=lost)
    return lost


def _move(scene: Scene) -> Post:
    held = _held(scene)
    said = {"movement_id": uuid7(), "reason": "So.", "reason_language": "en", "basis": "counted"}
    data = {**said, f"h{held.pk}": "1", "party_name": "Ana"}
    return _post(scene.planner, "party.make movement.post", data, kind="issue", store_id=held.store_id)


def _sign(scene: Scene) -> Post:
    return _post(scene.planner, "movement.sign", {"role": "gave"}, movement_id=_gone(scene).movement_id)


def _correct(scene: Scene) -> Post:
    data = {"reason": "So.", "reason_language": "en"}
    judge = somebody("judge", "technical_officer")
    return _post(judge, "approval.ask", data, movement_id=_gone(scene).movement_id)


def signed_in(client: Client, user: User) -> Client:
    """By the page: the password, which is the name, was just given."""
    name = user.get_username()
    assert client.post(reverse("people:sign-in"), {"login": name, "password": name}).status_code == 302
    return client


def _counts(name: str) -> Callable[[Scene], Post]:
    """A form of counts, sent by who keeps everything."""

    def post(scene: Scene) -> Post:
        acts, made, data = planted_counts.SENT[name]
        count = made(str(_held(scene).store_id))
        return _post(planted_counts.chief(), acts, data(count), count_id=count.pk)

    return post


def _open_count(scene: Scene) -> Post:
    data = {"store": str(_held(scene).store_id), "kind": "full", "due_on": timezone.localdate().isoformat()}
    return _post(planted_counts.chief(), "count.open", data)


def _lots(name: str) -> Callable[[Scene], Post]:
    """A form of lots and items, sent by who judges everything."""

    def post(scene: Scene) -> Post:
        store_id = (
            Holding.objects.filter(store__site=scene.places.site_id, quantity__gt=4, batch__article__unit="piece")
            .earliest("pk")
            .store_id
        )
        assert store_id is not None
        made = planted_lots.plant(store_id, "Zeta")
        article = {"article_id": Lot.objects.get(pk=made.lot_id).article_id}
        ids = {**vars(made), "batch_id": made.pieces_id, "store_id": store_id, **article}
        _right, acts, data, keys = planted_lots.sent(store_id)[name]
        return _post(planted_lots.chief(), acts, data, **{key.replace("away", "item"): ids[key] for key in keys})

    return post


def _events(name: str) -> Callable[[Scene], Post]:
    """A form of what happened and is due, sent by who judges everything."""

    def post(scene: Scene) -> Post:
        store_id = str(_held(scene).store_id)
        ids = {**vars(planted_events.plant(store_id, "Zeta")), "store_id": store_id}
        _right, act, data, keys = planted_events.SENT[name]
        return _post(planted_lots.chief(), act, data, **{key: ids[key] for key in keys})

    return post


def _new_event(name: str) -> Callable[[Scene], Post]:
    """Something new that happened or was looked at."""

    def post(scene: Scene) -> Post:
        act, data = planted_events.new(str(_held(scene).store_id))[name]
        return _post(planted_lots.chief(), act, data)

    return post


def _rules(name: str) -> Callable[[Scene], Post]:
    """A form of rules, sent by who may type them."""

    def post(_scene: Scene) -> Post:
        about = {"entry_id": planted_rules.plant().pk} if name == "withdraw" else {}
        return _post(planted_lots.chief(), "approval.ask", planted_rules.SENT[name], **about)

    return post


def _decide_surplus(scene: Scene) -> Post:
    data = planted_surplus.decision(scene.places.organisation_id)
    return _post(planted_lots.chief(), "surplus.decide", data)


def _declare(scene: Scene) -> Post:
    planted_lots.chief()
    made = planted_surplus.plant(str(_held(scene).store_id), "Zeta")
    return _post(planted_lots.chief(), "movement.post", planted_surplus.SENDS, **made)


def _licences(name: str) -> Callable[[Scene], Post]:
    """A form of licences and emergency cards, sent by who judges everything."""

    def post(scene: Scene) -> Post:
        act, data = planted_licences.SENT[name]
        return _post(planted_lots.chief(), act, data, store_id=str(_held(scene).store_id))

    return post


def _propose_candidate(scene: Scene) -> Post:
    return _post(planted_lots.chief(), "approval.ask", planted_candidates.proposes(scene.places.organisation_id))


def _withdraw_candidate(scene: Scene) -> Post:
    made = planted_candidates.plant(scene.places.organisation_id, "Zeta")
    return _post(planted_lots.chief(), "candidate.withdraw", planted_candidates.WHY, candidate_id=made.pk)


def _security(name: str) -> Callable[[Scene], Post]:
    """A form of security visits, sent by who plans the whole node."""

    def post(scene: Scene) -> Post:
        made = planted_visits.plant(scene.planner, scene.places.site_id, "Zeta", usual=True)
        act, data, keys = planted_visits.posted(name, scene.planner, made)
        return _post(scene.planner, act, data, **keys)

    return post


def _way(scene: Scene) -> tuple[str, str]:
    return scene.places.site_id, planted_decisions.way(scene.places.site_id).line_id


def _scenario(scene: Scene, act: str, data: Data, **keys: object) -> Post:
    """A form of a scenario."""
    return _post(scene.planner, act, data, scenario_id=planted_studies.scenario(scene.planner).pk, **keys)


def _plan() -> PlanRun:
    """A plan of the small region, kept for the test."""
    made = plan(Region.from_frames(make_sample(SEED, SCALE)))
    return keep_plan(made, keep_assessment(made))


def _campaign(scene: Scene, act: str) -> Post:
    """A form about a draft campaign."""
    drafts = planted_campaigns.plant(_plan())
    return _post(scene.planner, act, planted_decisions.WHY, campaign_id=drafts[0].pk)


def _hotspots(name: str) -> Callable[[Scene], Post]:
    """A form of contaminated areas, sent by who judges all of them."""

    def post(scene: Scene) -> Post:
        act, data = planted_hotspots.SENT[name]
        made = planted_hotspots.plant(scene.places.site_id, "Zeta")
        keys = {"hotspot-release": {"task_id": made.task_id}}
        keys["hotspot-item-settle"] = {"hotspot_item_id": made.hotspot_item_id}
        return _post(planted_lots.chief(), act, data, **keys.get(name, {"hotspot_id": made.hotspot_id}))

    return post


def _enter_hotspot(scene: Scene) -> Post:
    data = {"site": scene.places.site_id, **planted_hotspots.ENTERS}
    return _post(planted_lots.chief(), "hotspot.enter", data)


def _check_task(scene: Scene) -> Post:
    _found, done = planted_hotspots.completed(scene.places.site_id)
    return _post(planted_lots.chief(), "hotspot.check", planted_hotspots.CHECKS, task_id=done.pk)


def _hand_over_hotspot(scene: Scene) -> Post:
    made = planted_hotspots.ready(scene.places.site_id)
    return _post(planted_lots.chief(), "approval.ask", planted_hotspots.HANDS_OVER, hotspot_id=made.pk)


def _upgrades(name: str) -> Callable[[Scene], Post]:
    """A form of upgrade projects, sent by who manages all of them."""

    def post(scene: Scene) -> Post:
        act, data, more = planted_upgrades.SENT[name]
        made = planted_upgrades.plant(str(_held(scene).store_id), "Zeta")
        return _post(planted_lots.chief(), act, data, upgrade_id=made.upgrade_id, **more)

    return post


def _propose_upgrade(scene: Scene) -> Post:
    return _post(planted_lots.chief(), "upgrade.propose", planted_upgrades.proposes(str(_held(scene).store_id)))


def _hand_over_upgrade(scene: Scene) -> Post:
    made = planted_upgrades.under_way(str(_held(scene).store_id), "Zeta")
    return _post(planted_lots.chief(), "approval.ask", planted_upgrades.HANDS_OVER, upgrade_id=made.pk)


def _enter_programme(scene: Scene) -> Post:
    data = {"organisation": scene.places.organisation_id, **planted_upgrades.STATES}
    return _post(planted_lots.chief(), "programme.enter", data)


def _photograph_works(scene: Scene) -> Post:
    made = planted_upgrades.plant(str(_held(scene).store_id), "Zeta")
    file = SimpleUploadedFile("x.jpg", planted_catalogue.photograph().read())
    return _post(planted_lots.chief(), "upgrade.photograph", {"file": file}, upgrade_id=made.upgrade_id)


def _drop_photograph_of_works(scene: Scene) -> Post:
    made = planted_upgrades.plant(str(_held(scene).store_id), "Zeta")
    return _post(
        planted_lots.chief(), "upgrade.photograph_off", planted_lots.WHY_SENT, upgrade_photo_id=made.upgrade_photo_id
    )


def _surveys(name: str) -> Callable[[Scene], Post]:
    """A form of surveys and safeguarding, sent by who plans the whole node."""

    def post(scene: Scene) -> Post:
        acts, data, key = planted_surveys.SENT[name]
        made = vars(planted_surveys.plant(scene.planner, "Zeta"))
        if key == "file_id":
            made["file_id"] = planted_surveys.file(scene.planner, "Zeta")
        return _post(scene.planner, acts, data, **({key: made[key]} if key else {}))

    return post


def _survey_file(scene: Scene) -> Post:
    file = SimpleUploadedFile("x.csv", survey_files.csv())
    return _post(scene.planner, "survey.send", {**planted_surveys.TAKES, "file": file})


def _articles(name: str) -> Callable[[Scene], Post]:
    """A form of the catalogue, sent by who may change all of it."""

    def post(scene: Scene) -> Post:
        made = vars(planted_catalogue.plant(str(_held(scene).store_id), "Zeta"))
        _right, acts, data, keys = planted_catalogue.SENT[name]
        return _post(planted_lots.chief(), acts, data, **{key: made[of] for key, of in keys.items()})

    return post


def _drop_name(scene: Scene) -> Post:
    made = planted_catalogue.plant(str(_held(scene).store_id), "Zeta")
    kwargs = {"what": "name", "row": made.name_id, "article_id": made.known_id}
    return _post(planted_lots.chief(), "article.name", **kwargs)


def _new_article(_scene: Scene) -> Post:
    data = {"article_id": "flare", **planted_catalogue.FACTS, **planted_catalogue.WHY_SENT}
    return _post(planted_lots.chief(), "article.add", data)


def _unidentified(scene: Scene) -> Post:
    data = {"name": "Tube", "family": "rocket", "store": _held(scene).store_id, "purpose": "awaiting_disposal"}
    return _post(
        planted_lots.chief(), "article.unidentified movement.post breach.raise", {**data, **planted_catalogue.ONCE}
    )


def _photograph(scene: Scene) -> Post:
    made = planted_catalogue.plant(str(_held(scene).store_id), "Zeta")
    file = SimpleUploadedFile("x.jpg", planted_catalogue.photograph().read())
    kwargs = {"table": planted_catalogue.TABLE, "row_id": made.known_id}
    return _post(planted_lots.chief(), "picture.add", {"file": file}, **kwargs)


POSTS: dict[str, Callable[[Scene], Post]] = {
    "assessment:candidate-propose": _propose_candidate,
    "assessment:candidate-withdraw": _withdraw_candidate,
    "assessment:security-work-enter": lambda scene: _post(
        scene.planner, "security.work", planted_works.SENDS, site_id=scene.places.site_id
    ),
    "assessment:security-work-withdraw": lambda scene: _post(
        scene.planner, "security.work_withdraw", work_id=planted_works.enter(scene.planner, scene.places.site_id).pk
    ),
    **{f"assessment:security-{name}": _security(name) for name in planted_visits.POSTED},
    **{f"assessment:{name}": _hotspots(name) for name in planted_hotspots.SENT},
    "assessment:hotspot-enter": _enter_hotspot,
    "assessment:hotspot-check": _check_task,
    "assessment:hotspot-hand-over": _hand_over_hotspot,
    **{f"assessment:{name}": _upgrades(name) for name in planted_upgrades.SENT},
    "assessment:upgrade-propose": _propose_upgrade,
    "assessment:upgrade-hand-over": _hand_over_upgrade,
    "assessment:upgrade-photo-add": _photograph_works,
    "assessment:upgrade-photo-drop": _drop_photograph_of_works,
    "assessment:programme-new": _enter_programme,
    "assessment:survey-new": _survey_file,
    "assessment:start": lambda scene: _post(scene.planner, "job.ask"),
    "jobs:cancel": lambda scene: _post(scene.planner, "job.cancel", job_id=scene.job().pk),
    "people:change-email": lambda scene: _about(scene, "approval.ask", {"email": "kept@example.org"}),
    "people:change-facts": lambda scene: _about(scene, "user.change", {"sex": "female", "institution": "police"}),
    "people:close-account": lambda scene: _about(scene, "user.deactivate"),
    "people:decide": _decide,
    "people:end-sessions": lambda scene: _about(scene, "user.sessions"),
    "people:give-role": lambda scene: _about(scene, "approval.ask", {"role": "planner", "place": "node"}),
    "people:invitation-withdraw": lambda scene: _post(
        scene.administrator, "invitation.withdraw", invitation_id=_invited(scene).invitation.pk
    ),
    "people:invite": _invitation,
    "people:join": lambda scene: _post(None, "invitation.try", {"code": _invited(scene).code}),
    "people:open-account": lambda scene: _about(scene, "approval.ask", closed=True),
    "people:reset-second-factor": _lost,
    "people:take-role": _take,
    "people:withdraw": lambda scene: _post(scene.administrator, "approval.withdraw", approval_id=_asked(scene).pk),
    "people:classify": _classify,
    "people:end-session": _end_session,
    "people:erase": lambda scene: _about(scene, "user.erase", {"sure": "on", "reason_language": "en"}),
    "people:sign-in": _sign_in,
    "people:sign-out": lambda scene: _post(scene.planner, "user.sign_out"),
    "people:choose": lambda scene: _post(scene.planner, "user.choose", {"theme": "dark"}),
    "people:settings": lambda scene: _post(scene.planner, "user.choose", {"language": "mk", "theme": "light"}),
    "execution:hand-over": lambda scene: _post(
        scene.planner,
        "campaign.draft",
        {"through": "1", **planted_decisions.WHY},
        run_id=planted_campaigns.approve(_plan()).pk,
    ),
    "execution:drop": lambda scene: _campaign(scene, "campaign.drop"),
    "execution:find": lambda scene: _campaign(scene, "campaign.find"),
    "plan:approve": lambda scene: _post(scene.planner, "approval.ask", planted_decisions.WHY, run_id=_plan().pk),
    "plan:decide": lambda scene: _post(scene.planner, "plan.decide", planted_decisions.decides(*_way(scene))),
    "plan:hold-fast": lambda scene: _post(
        scene.planner, "plan.decide", {"through": "1", **planted_decisions.WHY}, run_id=_plan().pk
    ),
    "plan:take-back": lambda scene: _post(
        scene.planner,
        "plan.take_back",
        planted_decisions.WHY,
        decision_id=planted_decisions.plant(scene.places.site_id, "Zeta").pk,
    ),
    "plan:study-ask": lambda scene: _post(scene.planner, "job.ask", kind="frontier"),
    "plan:scenario-new": lambda scene: _post(scene.planner, "scenario.make", planted_studies.WRITES),
    "plan:scenario-add": lambda scene: _scenario(scene, "scenario.change", planted_studies.CHANGES, change="budget"),
    "plan:scenario-drop": lambda scene: _scenario(scene, "scenario.change", {}, number=1),
    "plan:scenario-remove": lambda scene: _scenario(scene, "scenario.remove", {}),
    "plan:start": lambda scene: _post(scene.planner, "job.ask", {"objective": "danger"}),
    "records:article-drop": _drop_name,
    "records:article-new": _new_article,
    "records:check": lambda scene: _post(scene.planner, "job.ask", upload_id=scene.upload().pk),
    "records:count-new": _open_count,
    "records:discard": lambda scene: _post(scene.planner, "upload.discard", upload_id=scene.upload().pk),
    "records:load": _load,
    "records:move": _move,
    "records:movement-correct": _correct,
    "records:movement-sign": _sign,
    "records:picture-add": _photograph,
    "records:surplus-declare": _declare,
    "records:surplus-new": _decide_surplus,
    "records:unidentified-new": _unidentified,
    "assessment:rules-form": lambda _scene: _post(
        planted_lots.chief(), "approval.ask", {**planted_rules.WHY, "sheet_id": uuid4(), "file": planted_rules.form()}
    ),
    "records:upload-new": _send,
}
"""Address to what there is for it to do."""
POSTS |= {f"records:{name}": _lots(name) for name in planted_lots.sent("")}
POSTS |= {f"assessment:rules-{name}": _rules(name) for name in planted_rules.SENT}
POSTS |= {f"assessment:survey-{name}": _surveys(name) for name in planted_surveys.SENT}
POSTS |= {f"assessment:licence-{name}": _licences(name) for name in planted_licences.SENT}
POSTS |= {f"records:{name}": _articles(name) for name in planted_catalogue.SENT}
POSTS |= {f"records:{name}": _events(name) for name in planted_events.SENT}
POSTS |= {f"records:{name}": _new_event(name) for name in planted_events.new("")}
POSTS |= {f"records:{name}": _counts(name) for name in planted_counts.SENT}
