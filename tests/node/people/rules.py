"""Who may open which address: the rule of every page, file and form of the node, and the people it is held against.

An address without a rule here fails the walk (``test_every_address.py``). What somebody sees follows from their role
and where they hold it, worked out here a second time and apart from ``people.scopes``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.node.assessment.candidates import planted_candidates
from tests.node.assessment.leaks import planted_works
from tests.node.assessment.licences import planted_licences
from tests.node.assessment.rules import planted_rules
from tests.node.assessment.security import planted_visits
from tests.node.assessment.surroundings import planted_surveys
from tests.node.people import planted
from tests.node.people.planted import OWN
from tests.node.people.rules_assessment import OF_HOTSPOTS, OF_UPGRADES
from tests.node.people.ruling import PUBLIC, SIGNED_IN, Person, Rule
from tests.node.plan import planted_decisions
from tests.node.plan.studies import planted_studies
from tests.node.records.catalogue import planted_catalogue
from tests.node.records.events import planted_events
from tests.node.records.lots import planted_lots
from tests.node.records.surplus import planted_surplus

from rasr.node.people.choices import Role


def _list(opens: str | tuple[str, ...], about: str = "", mark: str = "seen", **more: Any) -> Rule:
    return Rule(opens, about, mark=mark, lists=True, **more)


def _act(opens: str, about: str = "", posts: tuple[int, ...] = (302,), **sends: Any) -> Rule:
    return Rule(opens, about, gets=(), posts=posts, sends=sends)


WHY = {"reason": "as it has to be", "reason_language": "en"}
FACTS = {"name": "Ana", "sex": "not_recorded", "institution": "police"}
SOMEBODY = {"name": "Ana", "language": "en"}
ROLE = {"role": "donor", "place": f"store:{planted.store_id('A1a')}", **WHY}
EMAIL = {"email": "ana@example.org", **WHY}
"""What forms of people send."""
DECIDES = planted_decisions.decides(planted.site_id("A1"), f"L-{planted.word('line A1')}")
LOTS = planted_lots.sent(planted.store_id("A1a"))


def _event(name: str, about: str) -> Rule:
    """A form of what happened and is due, with what it sends when all is well."""
    right, _act, sends, _keys = planted_events.SENT[name]
    return Rule(right, about, posts=(302,), sends=sends, mark="seen")


def _lot(name: str, about: str) -> Rule:
    """A form of lots and items, with what it sends when all is well."""
    right, _acts, sends, _keys = LOTS[name]
    return Rule(right, about, posts=(302,), sends=sends, mark="seen")


def _article(name: str, about: str) -> Rule:
    """A form of the catalogue, with what it sends when all is well."""
    right, _acts, sends, _keys = planted_catalogue.SENT[name]
    return Rule(right, about, posts=(302,), sends=sends, mark="seen")


def _secret(opens: str, about: str, *posts: int, **sends: Any) -> Rule:
    """A page of how a site is secured: confidential, whatever the mark of the site."""
    return Rule(opens, about, posts=posts, sends=sends, mark="confidential")


def _api(about: str = "", **more: Any) -> Rule:
    return Rule("view_register", about, mark="seen", outside=(401, 405), **more)


RULES = {
    "api:list_articles": _api(),
    "api:one_article": _api("article"),
    "api:list_stock": _api(),
    "api:list_lots": _api(),
    "api:list_items": _api(),
    "api:list_counts": _api(),
    "api:list_movements": _api(posts=(400, 422)),
    "api:post_movements": _api(posts=(400, 422)),
    "api:movement_lines": _api("movement"),
    "api:openapi-json": Rule(SIGNED_IN),
    "desk:home": Rule(SIGNED_IN, mark="seen"),
    "desk:map-data": Rule("view_register", mark="seen"),
    "desk:site": Rule("view_register", "site", mark="own"),
    "desk:site-surroundings": Rule("view_register", "site", mark="own"),
    "desk:sites": _list("view_register", by_place=True),
    "desk:store": Rule("view_register", "store", mark="own"),
    "desk:stores": _list("view_register", by_place=True),
    "records:stock": _list("view_register", by_place=True),
    "records:catalogue": _list("view_register"),
    "records:article": _list("view_register", "article"),
    "records:article-new": Rule("edit_catalogue", posts=(400,), mark="seen"),
    "records:article-change": _article("article-change", "edited article"),
    "records:article-name": _article("article-name", "edited article"),
    "records:article-package": _article("article-package", "edited article"),
    "records:article-component": _article("article-component", "edited article"),
    "records:article-drop": _act("edit_catalogue", "article name"),
    "records:article-amounts": Rule("view_register", "article", mark="seen"),
    "records:article-merge": _article("article-merge", "merged article"),
    "records:article-apart": _article("article-apart", "edited article"),
    "records:article-alike": _article("article-alike", "told apart"),
    "records:article-undo": _article("article-undo", "gone article"),
    "records:article-identify": _article("article-identify", "found article"),
    "records:article-classify": _article("article-classify", "found article"),
    "records:duplicates": Rule("edit_catalogue", mark="seen"),
    "records:unidentified": _list("judge_stock"),
    "records:unidentified-new": Rule("keep_stock", posts=(400,), mark="seen"),
    "records:picture": Rule("view_register", "picture", mark="seen"),
    "records:picture-drop": _article("picture-drop", "kept picture"),
    "records:picture-add": Rule("view_register", "pictured", posts=(400,), mark="seen"),
    "records:movements": _list("view_register"),
    "records:move-start": Rule("keep_stock", gets=(200, 302), mark="seen"),
    "records:move-in": Rule("keep_stock", "kept store", mark="own"),
    "records:move": Rule("keep_stock", "move", posts=(400,), mark="own"),
    "records:movement": Rule("view_register", "movement", mark="seen"),
    "records:voucher": Rule("view_register", "movement", mark="seen"),
    "records:movement-sign": _act("view_register", "movement", (302, 400, 403), role="saw"),
    "records:movement-correct": Rule("judge_stock", "judged movement", posts=(302,), sends=WHY, mark="seen"),
    "records:card": Rule("view_register", "card", mark="seen"),
    "records:counts": _list("view_register"),
    "records:count-new": Rule("keep_stock", posts=(400,), mark="seen"),
    "records:count-worker": Rule(SIGNED_IN),
    "records:count": Rule("view_register", "count", mark="own"),
    "records:count-form": Rule("view_register", "count", mark="own"),
    "records:count-offline": Rule("view_register", "count", gets=(200, 302), mark="own"),
    "records:count-enter": _act("keep_stock", "kept count"),
    "records:count-scan": _act("keep_stock", "kept count"),
    "records:count-extra": _act("keep_stock", "kept count", what="crates", number="2"),
    "records:count-finish": _act("keep_stock", "kept count"),
    "records:count-report": _act("keep_stock", "kept count"),
    "records:count-findings": _act("keep_stock", "kept count", findings="so it was"),
    "records:count-settle": _act("keep_stock", "kept count", **WHY),
    "records:count-drop": _act("keep_stock", "kept count", **WHY),
    "records:count-hand-in": _act("keep_stock", "kept count"),
    "records:labels": Rule("view_register", mark="seen"),
    "records:labels-file": Rule("view_register", gets=(302,)),
    "records:scan": Rule("view_register"),
    "records:scanned": Rule("view_register", "scanned", gets=(302,)),
    "records:register": Rule("view_register", mark="seen"),
    "records:table": _list("view_register", "table"),
    "records:whole-register": Rule("the whole register", mark="seen"),
    "records:template": Rule(SIGNED_IN),
    "records:due": Rule(("keep_stock", "judge_stock", "approve_stock"), mark="seen"),
    "records:incidents": _list("view_register"),
    "records:incident-new": Rule("keep_stock", posts=(400,), mark="seen"),
    "records:incident": Rule("view_register", "incident", mark="seen"),
    "records:incident-found": _event("incident-found", "judged incident"),
    "records:incident-figures": _event("incident-figures", "kept incident"),
    "records:incident-action": _event("incident-action", "kept incident"),
    "records:incident-close": _event("incident-close", "judged incident"),
    "records:inspections": _list("view_register"),
    "records:inspection-new": Rule("keep_stock", posts=(400,), mark="seen"),
    "records:inspection": Rule("view_register", "inspection", mark="seen"),
    "records:inspection-action": _event("inspection-action", "kept inspection"),
    "records:actions": _list("view_register"),
    "records:action": Rule("view_register", "action", mark="seen"),
    "records:action-done": _event("action-done", "kept action"),
    "records:climates": _list("view_register"),
    "records:climate": Rule("view_register", "store", mark="seen"),
    "records:climate-new": _event("climate-new", "kept store"),
    "records:lots": _list("view_register"),
    "records:lot": Rule("view_register", "lot", mark="seen"),
    "records:lots-unnamed": _list("judge_stock"),
    "records:lot-name": _lot("lot-name", "named batch"),
    "records:lot-change": _lot("lot-change", "judged lot"),
    "records:lot-identity": _lot("lot-identity", "judged lot"),
    "records:lot-component": _lot("lot-component", "judged lot"),
    "records:lot-component-drop": _act("judge_stock", "component"),
    "records:lot-test": _lot("lot-test", "judged lot"),
    "records:lot-constraint": _lot("lot-constraint", "judged lot"),
    "records:constraints": _list("view_register"),
    "records:constraint": Rule("view_register", "constraint", mark="seen"),
    "records:constraint-lift": _lot("constraint-lift", "judged constraint"),
    "records:article-constraint": _lot("article-constraint", "banned article"),
    "records:items": _list("view_register", by_place=True),
    "records:item": Rule("view_register", "item", mark="seen"),
    "records:pieces": _list("judge_stock"),
    "records:itemise": _lot("itemise", "pieces"),
    "records:item-change": _lot("item-change", "kept item"),
    "records:item-legal": replace(_lot("item-legal", "kept item"), posts=(302, 403)),
    "records:item-hand-over": _lot("item-hand-over", "kept item"),
    "records:item-take-back": _lot("item-take-back", "item away"),
    "records:item-return": _lot("item-return", "kept item"),
    "records:surplus": _list("view_register"),
    "records:surplus-new": Rule(
        "judge_stock", posts=(302, 400), sends=planted_surplus.decision(planted.organisation_id(OWN)), mark="seen"
    ),
    "records:decision": Rule("view_register", "decision", mark="seen"),
    "records:surplus-stock": _list("judge_stock", "judged decision"),
    "records:surplus-declare": Rule(
        "judge_stock", "to declare", posts=(302,), sends=planted_surplus.SENDS, mark="seen"
    ),
    "records:uploads": _list("load_register", mark="sent"),
    "records:upload-new": Rule("load_register", posts=(400,)),
    "records:upload": Rule("load_register", "upload", mark="sent"),
    "records:upload-lines": _list("load_register", "upload lines", mark="sent"),
    "records:annotated": Rule("load_register", "upload", mark="sent"),
    "records:check": _act("load_register", "upload"),
    "records:load": _act("load_register", "upload"),
    "records:discard": _act("load_register", "upload"),
    "assessment:runs": _list("view_runs"),
    "assessment:run": Rule("view_runs", "assessment", mark="seen"),
    "assessment:table": _list("view_runs", "assessment table"),
    "assessment:start": _act("assess"),
    "assessment:rules": _list("view_register", mark=""),
    "assessment:rules-beside": _list("view_register", mark=""),
    "assessment:rules-functions": _list("view_register", mark=""),
    "assessment:rules-function": Rule("view_register", "rule function"),
    "assessment:rules-methods": _list("view_register", mark=""),
    "assessment:rules-method": Rule("view_register", "rule method"),
    "assessment:rules-entered": _list("view_register", mark=""),
    "assessment:rules-entry": Rule("view_register", "rule entry"),
    "assessment:rules-withdraw": Rule(
        "rules of the node", "rule entry", posts=(302, 400), sends=planted_rules.SENT["withdraw"], mark="seen"
    ),
    "assessment:rules-new-cell": Rule(
        "rules of the node", posts=(302,), sends=planted_rules.SENT["new-cell"], mark="seen"
    ),
    "assessment:rules-new-function": Rule(
        "rules of the node", posts=(302,), sends=planted_rules.SENT["new-function"], mark="seen"
    ),
    "assessment:rules-mixing": _list("view_register", mark=""),
    "assessment:rules-new-mixing": Rule(
        "rules of the node", posts=(302,), sends=planted_rules.SENT["new-mixing"], mark="seen"
    ),
    "assessment:rules-blank": Rule("view_register"),
    "assessment:rules-form": Rule("rules of the node", posts=(400,)),
    "assessment:candidate-list": _list("view_register"),
    "assessment:candidate": Rule("view_register", "candidate", mark="seen"),
    "assessment:candidate-propose": Rule(
        "judge_stock",
        posts=(302, 404),
        sends=planted_candidates.proposes(planted.organisation_id(OWN)),
        mark="seen",
    ),
    "assessment:candidate-withdraw": Rule(
        "judge_stock", "judged candidate", posts=(302,), sends=planted_candidates.WHY, mark="seen"
    ),
    **OF_HOTSPOTS,
    **OF_UPGRADES,
    "assessment:licence-list": _list("view_register"),
    "assessment:licence-store": Rule("view_register", "store", mark="own"),
    "assessment:licence-propose": Rule(
        "judge_stock", "judged store", posts=(302,), sends=planted_licences.PROPOSES, mark="seen"
    ),
    "assessment:licence-form": Rule("view_register", "licence", mark="own"),
    "assessment:licence-pdf": Rule("view_register", "licence", mark="own"),
    "assessment:licence-after": Rule("view_register", "movement asked for", mark="seen"),
    "assessment:licence-card": Rule("view_register", "store", mark="own"),
    "assessment:licence-card-pdf": Rule("view_register", "store", mark="own"),
    "assessment:licence-card-contacts": Rule(
        "keep_stock", "kept store", posts=(302,), sends=planted_licences.CONTACTS, mark="seen"
    ),
    "assessment:licence-card-distances": Rule(
        "judge_stock", "judged store", posts=(302,), sends=planted_licences.DISTANCES, mark="seen"
    ),
    "assessment:licence-card-address": _act("judge_stock", "judged store", what="renew"),
    "assessment:licence-open-card": Rule(PUBLIC, "no card", gets=(404,)),
    "assessment:security-list": _list("view_security", mark="confidential"),
    "assessment:security-worker": Rule(SIGNED_IN),
    "assessment:security-site": _secret("view_security", "security site"),
    "assessment:security-begin": _secret("assess_security", "assessed site", 302, **planted_visits.BEGINS),
    "assessment:security-visit": _secret("view_security", "security visit"),
    "assessment:security-answer": _act("assess_security", "assessed visit", **planted_visits.ANSWERS),
    "assessment:security-settle": _act("assess_security", "assessed visit", **planted_visits.SETTLES),
    "assessment:security-finish": _act("assess_security", "assessed visit", (400,)),
    "assessment:security-open": _secret("assess_security", "finished visit", 302, **WHY),
    "assessment:security-withdraw": _secret("assess_security", "assessed visit", 302, **WHY),
    "assessment:security-merge": _act("assess_security", "assessed visit", (400,)),
    "assessment:security-photograph-add": _secret("assess_security", "asked visit", 400),
    "assessment:security-hand-out": _act("assess_security", "assessed visit"),
    "assessment:security-photograph": _secret("view_security", "security photograph"),
    "assessment:security-away": _secret("assess_security", "security phone"),
    "assessment:security-sheet": _secret("assess_security", "security phone"),
    "assessment:security-upload": _act("assess_security", "security phone", (409,)),
    "assessment:security-upload-photograph": _act("assess_security", "photograph of a phone", (409,)),
    "assessment:security-revoke": _act("assess_security", "assessed phone"),
    "assessment:security-result": _secret("view_security", "security site"),
    "assessment:security-report": _secret("view_security", "security site"),
    "assessment:security-works": _list("view_security", mark="confidential"),
    "assessment:security-work-enter": _secret("assess_security", "assessed site", 302, **planted_works.SENDS),
    "assessment:security-work-withdraw": _secret("assess_security", "security work", 302),
    "assessment:security-sets": _list("view_security", mark="confidential"),
    "assessment:security-both": Rule("view_security", mark="confidential"),
    "assessment:store-danger": Rule("view_register", "store", mark="seen"),
    "assessment:store-map": Rule("view_register", "store", mark="seen"),
    "assessment:store-pairs": _list("view_register", "store"),
    "assessment:store-what-if": Rule("view_register", "store", mark="seen"),
    "assessment:store-draft": Rule("keep_stock", "move", gets=(), posts=(200,)),
    "assessment:store-movement": Rule("view_register", "movement asked for", mark="seen"),
    "assessment:surveys": _list("view_runs"),
    "assessment:survey-new": Rule("assess", posts=(400,)),
    "assessment:survey-take": Rule("assess", posts=(302,), sends=planted_surveys.TAKES, mark="seen"),
    "assessment:survey-draw": Rule("assess", posts=(302,), sends=planted_surveys.DRAWS, mark="seen"),
    "assessment:survey-compare": _list("view_runs"),
    "assessment:survey-file": Rule("assess", "survey file", posts=(302,), sends=planted_surveys.MAPS, mark="sent"),
    "assessment:survey-faults": _list("assess", "survey file", mark="sent"),
    "assessment:survey-drop": _act("assess", "survey file"),
    "assessment:survey": Rule("view_runs", "survey", mark="seen"),
    "assessment:survey-rows": _list("view_runs", "survey"),
    "assessment:survey-map": Rule("view_runs", "survey", mark="seen"),
    "assessment:survey-enforce": Rule("load_register", "survey", posts=(302,), mark="seen"),
    "assessment:survey-cut": Rule("assess", "survey", posts=(302,), sends=planted_surveys.CUTS, mark="seen"),
    "assessment:survey-answers": _list("view_runs"),
    "assessment:survey-ask": Rule("assess", posts=(302,), sends=planted_surveys.ASKS, mark="seen"),
    "assessment:survey-around": Rule("view_runs", mark="seen"),
    "assessment:survey-answer": Rule("view_runs", "site enquiry", mark="seen"),
    "assessment:survey-bound": _list("view_runs", "site enquiry"),
    "assessment:survey-answer-map": Rule("view_runs", "site enquiry", mark="seen"),
    "assessment:survey-maps": Rule("view_register", mark="seen"),
    "assessment:survey-stores": _list("view_register"),
    "assessment:survey-exposures": _list("view_runs"),
    "assessment:survey-distances": _list("view_register"),
    "plan:runs": _list("view_runs"),
    "plan:run": Rule("view_runs", "plan", mark="seen"),
    "plan:table": _list("view_runs", "plan table"),
    "plan:start": _act("plan"),
    "plan:decisions": _list("view_runs"),
    "plan:decide": Rule("plan", posts=(302, 400), sends=DECIDES, mark="seen"),
    "plan:take-back": Rule("plan", "plan decision", posts=(302,), sends=planted_decisions.WHY, mark="seen"),
    "plan:hold-fast": Rule("plan", "plan", posts=(302,), sends={"through": "1", **planted_decisions.WHY}, mark="seen"),
    "plan:approve": Rule("plan", "plan", posts=(302, 400), sends=planted_decisions.WHY, mark="seen"),
    "execution:campaigns": _list("view_runs"),
    "execution:campaign": _list("view_runs", "campaign"),
    "execution:drop": Rule("plan", "campaign", posts=(302,), sends=planted_decisions.WHY, mark="seen"),
    "execution:find": Rule("plan", "campaign", posts=(302,), sends=planted_decisions.WHY, mark="seen"),
    "execution:hand-over": Rule(
        "plan", "approved plan", posts=(302,), sends={"through": "1", **planted_decisions.WHY}, mark="seen"
    ),
    "plan:studies": _list("view_runs"),
    "plan:study": Rule("view_runs", "study", mark="seen"),
    "plan:study-table": _list("view_runs", "study table"),
    "plan:study-ask": Rule("plan", "kind of study", posts=(302,), mark="seen"),
    "plan:scenarios": _list("view_runs"),
    "plan:scenario": Rule("view_runs", "scenario", mark="seen"),
    "plan:scenario-new": Rule("plan", posts=(302, 400), sends=planted_studies.WRITES, mark="seen"),
    "plan:scenario-add": Rule("plan", "kind of change", posts=(302,), sends=planted_studies.CHANGES, mark="seen"),
    "plan:scenario-drop": Rule("plan", "change of scenario", posts=(302,), mark="seen"),
    "plan:scenario-remove": Rule("plan", "scenario", posts=(302,), mark="seen"),
    "jobs:jobs": _list(SIGNED_IN),
    "jobs:job": Rule(SIGNED_IN, "job", mark="seen"),
    "jobs:job-progress": Rule(SIGNED_IN, "job", mark="seen"),
    "jobs:cancel": _act(SIGNED_IN, "job"),
    "people:classify": _act("classify", "classified site", mark="2", reason="a reason", reason_language="en"),
    "people:settings": Rule(SIGNED_IN, posts=(302,), sends={"language": "en", "theme": "auto"}),
    "people:choose": _act(PUBLIC, language="en"),
    "people:sign-out": _act(PUBLIC),
    "people:sign-in": Rule(PUBLIC, gets=(302,), posts=(302,), door=(200,)),
    "people:account": Rule(SIGNED_IN),
    "people:sessions": Rule(SIGNED_IN),
    "people:end-session": Rule(SIGNED_IN, gets=(302,), posts=(302,)),
    "people:invitations": _list("manage_people", mark=""),
    "people:invite": Rule("manage_people", posts=(201,), sends=SOMEBODY),
    "people:invitation": Rule("manage_people", "invitation"),
    "people:invitation-withdraw": _act("manage_people", "invitation"),
    "people:reset-second-factor": Rule("manage_people", "whole person", posts=(400,), sends=WHY),
    "people:people": _list(("manage_people", "view_trail"), mark=""),
    "people:figures": _list(("manage_people", "view_trail"), mark=""),
    "people:person": Rule(("manage_people", "view_trail"), "person"),
    "people:change-facts": Rule("manage_people", "managed person", posts=(302, 400), sends=FACTS),
    "people:give-role": Rule("manage_people", "managed person", posts=(302, 400), sends=ROLE),
    "people:take-role": Rule("manage_people", "managed role", posts=(302, 400), sends=WHY),
    "people:change-email": Rule("manage_people", "person with a role", posts=(302, 400), sends=EMAIL),
    "people:close-account": Rule("manage_people", "managed person", posts=(302, 400), sends=WHY),
    "people:open-account": Rule("manage_people", "closed person", posts=(302, 400), sends=WHY),
    "people:end-sessions": _act("manage_people", "managed person"),
    "people:erase": Rule("manage_people", "managed person", posts=(302, 400), sends={**WHY, "sure": "on"}),
    "people:approvals": _list(SIGNED_IN, mark=""),
    "people:approval": Rule(SIGNED_IN, "approval"),
    "people:decide": Rule(SIGNED_IN, "approval", gets=(), posts=(400,), sends={**WHY, "decision": "refuse"}),
    "people:withdraw": _act(SIGNED_IN, "own approval"),
    "people:activity": _list(SIGNED_IN),
    "people:history": _list(SIGNED_IN, "record"),
    "people:trail": _list("view_trail"),
    "people:trail-bundle": Rule("view_trail", mark="seen"),
    "people:entry": Rule(SIGNED_IN, "entry", mark="seen"),
    "people:join": Rule(PUBLIC, gets=(302,), posts=(302,), door=(200, 400)),
    "people:privacy": Rule(PUBLIC),
    "people:my-data": Rule(SIGNED_IN),
    "people:my-data-file": Rule(SIGNED_IN, mark="restricted"),
    "account_login": Rule(PUBLIC, gets=(302,), posts=(302,), door=(200,)),
    "account_logout": _act(PUBLIC),
    "account_signup": Rule(PUBLIC, gets=(302,), posts=(302,), door=(200,)),
    "account_inactive": Rule(PUBLIC),
    "account_reauthenticate": Rule(SIGNED_IN, posts=(200,)),
    "account_email": Rule(SIGNED_IN, gets=(404,), posts=(404,)),
    "account_email_verification_sent": Rule(PUBLIC, gets=(302,), posts=(302,)),
    "account_change_password": Rule(SIGNED_IN, posts=(200,)),
    "account_set_password": Rule(SIGNED_IN, gets=(302,), posts=(302,)),
    "account_reset_password": Rule(PUBLIC, posts=(200,)),
    "account_confirm_password_reset_code": Rule(PUBLIC, gets=(302,), posts=(302,)),
    "account_complete_password_reset": Rule(PUBLIC, gets=(302,), posts=(302,)),
    "account_password_reset_completed": Rule(PUBLIC),
    "usersessions_list": Rule(SIGNED_IN),
    "mfa_index": Rule(SIGNED_IN),
    "mfa_authenticate": Rule(PUBLIC, gets=(302,), posts=(302,)),
    "mfa_reauthenticate": Rule(SIGNED_IN, gets=(302,), posts=(302,)),
    "mfa_activate_totp": Rule(SIGNED_IN, posts=(200,)),
    "mfa_deactivate_totp": Rule(SIGNED_IN, gets=(404,), posts=(404,)),
    "mfa_view_recovery_codes": Rule(SIGNED_IN, gets=(404,)),
    "mfa_generate_recovery_codes": Rule(SIGNED_IN, posts=(200, 302)),
    "mfa_list_webauthn": Rule(SIGNED_IN),
    "mfa_add_webauthn": Rule(SIGNED_IN, posts=(200,)),
    "mfa_reauthenticate_webauthn": Rule(SIGNED_IN, gets=(302,), posts=(302,)),
    "mfa_remove_webauthn": Rule(SIGNED_IN, "no passkey", posts=(302,)),
    "mfa_edit_webauthn": Rule(SIGNED_IN, "no passkey", posts=(302,)),
    "mfa_login_webauthn": Rule(PUBLIC, gets=(302,), posts=(302,), door=(200, 302)),
    "host:live": Rule(PUBLIC),
    "host:ready": Rule(PUBLIC, gets=(200, 503)),
    "host:trust": Rule(PUBLIC),
    "host:certificate": Rule(PUBLIC, gets=(200, 404)),
}
"""Name of an address to its rule."""


def opened(person: Person, rule: Rule) -> bool:
    """Whether a rule opens to somebody who has signed in."""
    if rule.opens == "the whole register":
        return person.where == "node" and person.role in (Role.PLANNER, Role.AUDITOR)
    if rule.opens == "rules of the node":
        return person.where == "node" and person.holds("judge_stock")
    rights = (rule.opens,) if isinstance(rule.opens, str) else rule.opens
    return rule.opens in (PUBLIC, SIGNED_IN) or any(map(person.holds, rights))
