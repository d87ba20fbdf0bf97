"""Articles for the walk and for the counting of queries, in a store of a region that is loaded, by the services.

``says`` gives the text of what only who sees the store may read: about something unidentified, and its photograph.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image
from tests.node.records.lots.planted_lots import chief
from uuid6 import uuid7

from rasr.node.records.catalogue import apart, merging, pictures, services, unidentified
from rasr.node.records.catalogue.unidentified import Unknown
from rasr.node.records.lots.told import Why
from rasr.node.records.models import Article

WHY = Why("because it is so", "en")
TABLE = services.TABLE
ANOTHER = "flare-to-merge-into"
"""An article of everybody's, into which others are merged."""
FACTS = {"name": "Signal flare 26 mm", "family": "pyrotechnic", "unit": "piece"}
FACTS |= {"hazard_division": "1.4", "compatibility_group": "G"}


@dataclass(frozen=True)
class Planted:
    """Ids of what was planted. known: an article with a name; gone: one merged into it; found: unidentified; apart:
    that the known one is not another.
    """

    known_id: str
    name_id: int
    gone_id: str
    found_id: str
    picture_id: UUID
    apart_id: int


def photograph() -> BytesIO:
    """A small photograph."""
    written = BytesIO()
    Image.new("RGB", (30, 20), "gray").save(written, "JPEG")
    written.seek(0)
    return written


def plant(store_id: str, says: str) -> Planted:
    """An article with a name, one that was merged into it, and something unidentified in the store."""
    actor, number = chief(), uuid7().hex[-8:]
    known, gone, other = f"flare-{number}", f"flare-old-{number}", f"flare-other-{number}"
    for article_id in (known, gone, other, *([] if Article.objects.filter(pk=ANOTHER).exists() else [ANOTHER])):
        services.add(actor=actor, article_id=article_id, facts=FACTS, details={}, why=WHY)
    name = services.add_name(actor=actor, article_id=known, naming="nato", name="Flare, 26 mm", why=WHY)
    merging.merge(actor=actor, article_id=gone, into_id=known, movement_id=uuid7(), why=WHY)
    unknown = Unknown("Grey tube", "rocket", store_id, 1, "awaiting_disposal", says)
    found = unidentified.take_down(actor=actor, found=unknown, movement_id=uuid7(), why=Why(says, "en"))
    picture = pictures.add(actor=actor, table=TABLE, row_id=found.pk, file=photograph(), caption=says)
    said = apart.tell_apart(actor=actor, article_id=known, other_id=other, why=WHY)
    return Planted(known, name.pk, gone, found.pk, picture.pk, said.pk)


WHY_SENT = {"reason": "as it is", "reason_language": "en"}
ONCE = {"movement_id": "0198c5f0-0000-7000-8000-00000000c0de", **WHY_SENT}
INTO = {"into": ANOTHER, **ONCE}
SENT: dict[str, tuple[str, str, dict[str, Any], dict[str, str]]] = {
    "article-change": (
        "edit_catalogue",
        "article.change",
        {**FACTS, "calibre": "26", **WHY_SENT},
        {"article_id": "known_id"},
    ),
    "article-name": (
        *("edit_catalogue", "article.name"),
        {"name": "Raketa 26", "naming": "national", **WHY_SENT},
        {"article_id": "known_id"},
    ),
    "article-package": (
        "edit_catalogue",
        "article.package",
        {"name": "Box", "quantity": 10},
        {"article_id": "known_id"},
    ),
    "article-component": (
        *("edit_catalogue", "article.component"),
        {"component": ANOTHER, "quantity": 1},
        {"article_id": "known_id"},
    ),
    "article-merge": ("edit_catalogue", "article.merge", INTO, {"article_id": "known_id"}),
    "article-apart": ("edit_catalogue", "article.apart", {"other": ANOTHER, **WHY_SENT}, {"article_id": "known_id"}),
    "article-alike": ("edit_catalogue", "article.apart", WHY_SENT, {"apart_id": "apart_id"}),
    "article-undo": ("edit_catalogue", "article.undo", ONCE, {"article_id": "gone_id"}),
    "article-identify": (
        "judge_stock",
        "article.identify movement.post breach.raise breach.close",
        INTO,
        {"article_id": "found_id"},
    ),
    "article-classify": (
        "judge_stock",
        "article.identify breach.raise breach.close",
        {**FACTS, **WHY_SENT},
        {"article_id": "found_id"},
    ),
    "picture-drop": ("view_register", "picture.drop", WHY_SENT, {"picture_id": "picture_id"}),
}
"""Address to right, acts on the trail, what its form sends, and its keys as ``Planted`` calls them."""
