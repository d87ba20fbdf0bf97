"""Rules of the addresses of upgrade projects and hotspots; ``rules`` takes them in."""

from __future__ import annotations

from tests.node.assessment.hotspots import planted_hotspots
from tests.node.assessment.upgrades import planted_upgrades
from tests.node.people import planted
from tests.node.people.planted import OWN
from tests.node.people.ruling import Rule
from tests.node.records.lots import planted_lots


def _upgrade(name: str, about: str = "managed upgrade") -> Rule:
    """A form of an upgrade project, with what it sends when all is well."""
    _act, sends, _more = planted_upgrades.SENT[name]
    return Rule("manage_upgrades", about, posts=(302,), sends=sends, mark="confidential")


def _hotspot(name: str, about: str) -> Rule:
    """A form of a contaminated area, with what it sends when all is well."""
    _act, sends = planted_hotspots.SENT[name]
    return Rule("judge_stock", about, posts=(302,), sends=sends, mark="seen")


OF_UPGRADES = {
    "assessment:upgrade-list": Rule("view_upgrades", mark="confidential", lists=True),
    "assessment:upgrade": Rule("view_upgrades", "upgrade", mark="confidential"),
    "assessment:upgrade-propose": Rule(
        "manage_upgrades",
        posts=(302,),
        sends=planted_upgrades.proposes(planted.store_id("A1a")),
        mark="confidential",
    ),
    "assessment:upgrade-change": _upgrade("upgrade-change"),
    "assessment:upgrade-costs": _upgrade("upgrade-costs"),
    "assessment:upgrade-ask": _upgrade("upgrade-ask"),
    "assessment:upgrade-hand-over": Rule(
        "manage_upgrades", "upgrade under way", posts=(302,), sends=planted_upgrades.HANDS_OVER, mark="confidential"
    ),
    "assessment:upgrade-step": _upgrade("upgrade-step", "step of upgrade"),
    "assessment:upgrade-photo": Rule("view_upgrades", "photo of upgrade", mark="confidential"),
    "assessment:upgrade-photo-add": Rule("manage_upgrades", "managed upgrade", posts=(400,), mark="confidential"),
    "assessment:upgrade-photo-drop": Rule(
        "manage_upgrades", "photo of managed upgrade", posts=(302,), sends=planted_lots.WHY_SENT, mark="confidential"
    ),
    "assessment:programme-list": Rule("view_upgrades", mark="confidential"),
    "assessment:programme-new": Rule(
        "manage_upgrades",
        posts=(302, 404),
        sends={"organisation": planted.organisation_id(OWN), **planted_upgrades.STATES},
        mark="confidential",
    ),
}
OF_HOTSPOTS = {
    "assessment:hotspot-list": Rule("view_register", mark="seen", lists=True),
    "assessment:hotspot-data": Rule("view_register", "table of hotspots", mark="seen", lists=True),
    "assessment:hotspot": Rule("view_register", "hotspot", mark="own"),
    "assessment:hotspot-enter": Rule(
        "judge_stock",
        posts=(302, 404),
        sends={"site": planted.site_id("A1"), **planted_hotspots.ENTERS},
        mark="seen",
    ),
    "assessment:hotspot-change": _hotspot("hotspot-change", "managed hotspot"),
    "assessment:hotspot-item": _hotspot("hotspot-item", "managed hotspot"),
    "assessment:hotspot-task": _hotspot("hotspot-task", "managed hotspot"),
    "assessment:hotspot-item-settle": _hotspot("hotspot-item-settle", "item of hotspot"),
    "assessment:hotspot-release": _hotspot("hotspot-release", "task under way"),
    "assessment:hotspot-check": Rule(
        "judge_stock", "task completed", posts=(302,), sends=planted_hotspots.CHECKS, mark="seen"
    ),
    "assessment:hotspot-hand-over": Rule(
        "judge_stock", "hotspot ready", posts=(302,), sends=planted_hotspots.HANDS_OVER, mark="seen"
    ),
}
