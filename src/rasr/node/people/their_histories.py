"""Which records of places and people have a history on the trail, and who may see them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rasr.node.people import histories, queries
from rasr.node.people.models import Approval, Invitation, User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places import queries as places
from rasr.node.places.models import Site, Store


def tell_all() -> None:
    """Name them; called once, when the node starts."""
    page_of_site = {"page": "desk:site", "argument": "site_id", "parts": ("desk:site-surroundings",)}
    parts_of_store = ("store-danger", "store-map", "store-pairs", "store-what-if", "licence-store")
    page_of_store = {
        "page": "desk:store",
        "argument": "store_id",
        "parts": tuple(f"assessment:{name}" for name in parts_of_store),
    }
    histories.tell(Site, _("Site"), _site, **page_of_site)
    histories.tell(Store, _("Store"), _store, **page_of_store)
    histories.tell(User, _("Person"), _user, page="people:person", argument="user_id", opens=queries.has_page)
    histories.tell(Approval, _("Approval"), _approval, page="people:approval", argument="approval_id")
    histories.tell(Invitation, _("Invitation"), _nobody)


def _site(actor: User, row_id: str) -> str | None:
    found = places.sites(actor).filter(pk=row_id).first()
    return str(found) if found else None


def _store(actor: User, row_id: str) -> str | None:
    found = places.stores(actor).filter(pk=row_id).first()
    return str(found) if found else None


def _user(actor: User, row_id: str) -> str | None:
    """Oneself; everybody for who reads the trail; for who manages people those with a role in their scope."""
    found = User.objects.filter(pk=row_id).first() if row_id.isdecimal() and len(row_id) < 19 else None
    if found is None:
        return None
    seen = found.pk == actor.pk or may(actor, "view_trail")
    if not seen and may(actor, "manage_people"):
        scope = scope_of(actor, "manage_people")
        grants = found.grants.all()
        seen = scope.everything or any(scope.covers(one.organisation_id, one.site_id, one.store_id) for one in grants)
    return (found.pseudonym if found.erased_at else found.get_username()) if seen else None


def _approval(actor: User, row_id: str) -> str | None:
    """For who reads the trail; everybody else sees it on its own page."""
    return row_id if may(actor, "view_trail") else None


def _nobody(_actor: User, _row_id: str) -> str | None:
    """Its own page says all there is."""
    return None
