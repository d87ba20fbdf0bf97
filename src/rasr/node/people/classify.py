"""Class marks of sites: raised at once by who may classify there, lowered only with a second person.

Loading a region leaves marks as they are: they stand in no table of the contract.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Refused
from rasr.node.people import trail
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.registry import Change, OfNobody, Payload, approvable
from rasr.node.people.approvals.told import Told, ours
from rasr.node.people.models import Approval, User
from rasr.node.people.place import Place
from rasr.node.people.rights import may, require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Site
from rasr.node.web import marks
from rasr.node.web.said import NOTHING, Said

RIGHT = "classify"
TABLE = Site._meta.db_table


def mine(actor: User | AnonymousUser) -> Q:
    """The filter for the sites of which somebody may set the mark."""
    return scope_of(actor, RIGHT).sites() & Q(closed=False)


def may_classify(actor: User | AnonymousUser, site: Site) -> bool:
    """Whether somebody may set the mark of a site."""
    return may(actor, RIGHT) and Site.objects.filter(mine(actor), pk=site.pk).exists()


def classify(*, actor: User, site_id: str, mark: int, reason: Said | str) -> Approval | None:
    """Set the mark of a site; the approval that was asked for where it would be lowered, else None.

    Raises PermissionDenied; Site.DoesNotExist also for what is out of scope; Refused: reason_wanted, approval_waits.
    """
    require(actor, RIGHT)
    why = Said.of(reason)
    with transaction.atomic():
        site = Site.objects.select_for_update().filter(mine(actor)).get(pk=site_id)
        if mark == site.mark:
            return None
        if not why.text.strip():
            raise Refused("reason_wanted")
        if mark > site.mark:
            _set(actor, site, mark, why)
            return None
    payload = {"site_id": site.pk, "before": site.mark, "mark": int(marks.Mark(mark))}
    return approvals.ask(actor=actor, session=trail.session(), kind=LOWER, payload=payload, reason=why)


def _set(actor: User | None, site: Site, mark: int, why: Said = NOTHING) -> None:
    """In the caller's transaction, which has locked the site."""
    before, site.mark = site.mark, marks.Mark(mark)
    site.save(update_fields=["mark"])
    trail.record(
        actor=actor,
        act="site.classify",
        table=TABLE,
        row_id=site.pk,
        reason=why.text,
        reason_language=why.language,
        before={"mark": before},
        after={"mark": mark},
        organisation_id=site.organisation_id,
        site_id=site.pk,
    )


LOWER = "lower_mark"


@approvable(LOWER, name=_("Lower a class mark"), asks=RIGHT, right=RIGHT)
class LowerMark(OfNobody):
    """site_id, before, mark: from which mark to which; it must still have the former."""

    def title(self, payload: Payload) -> Told:
        """Of which site."""
        return ours(_("Lower the class mark of {site}"), site=_site(payload).name)

    def describe(self, payload: Payload) -> list[Change]:
        """From which mark to which. Raises Refused where it is another by now."""
        site = _site(payload)
        if site.mark != payload["before"]:
            raise Refused("approval_changed")
        what = ours(_("Class mark of {site} and all that lies in it"), site=site.name)
        return [Change(what, _word(site.mark), _word(payload["mark"]))]

    def scope(self, payload: Payload) -> Place:
        """The site."""
        return Place(site_id=payload["site_id"])

    def do(self, actor: User | None, payload: Payload) -> None:
        """Lower it."""
        _set(actor, Site.objects.select_for_update().get(pk=payload["site_id"]), payload["mark"])


def _site(payload: Payload) -> Site:
    return Site.objects.get(pk=payload["site_id"])


def _word(mark: int) -> Told:
    """The word of a mark: ours in whatever language it is told, the nation's own as it is."""
    given = marks.given_word(mark)
    return ours(marks.OURS[given]) if given in marks.OURS else given
