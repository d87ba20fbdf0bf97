"""What needs a second person among people: a role, opening an account again, another e-mail address.

A role that is taken away and an account that is closed need none: that is done at once, see ``services``.
"""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Refused
from rasr.node.people import trail
from rasr.node.people.approvals.registry import Change, Payload, approvable
from rasr.node.people.approvals.told import Told, called, ours, somebody
from rasr.node.people.choices import Role
from rasr.node.people.models import Grant, User
from rasr.node.people.place import NODE, Place, told
from rasr.node.people.rights import ALL, rights_by
from rasr.node.people.scopes import scope_of

TABLE = User._meta.db_table
NONE = _("none")
MAY: dict[str, str | Promise] = {
    "view_register": _("see the stock"),
    "load_register": _("load the register"),
    "keep_stock": _("record movements, counts and incidents"),
    "judge_stock": _("judge stock"),
    "approve_stock": _("be the second person for stock"),
    "back_date": _("record movements late"),
    "edit_catalogue": _("change the catalogue"),
    "assess": _("work out the danger"),
    "plan": _("make plans"),
    "view_runs": _("see the results of the whole node"),
    "classify": _("set class marks"),
    "view_trail": _("read the trail"),
    "manage_people": _("manage people"),
    "approve_grants": _("be the second person for roles"),
    "manage_node": _("run the node"),
    "view_security": _("see how places are secured"),
    "assess_security": _("assess how places are secured"),
    "view_upgrades": _("see upgrade projects"),
    "manage_upgrades": _("manage upgrade projects"),
}
"""What each right lets one do."""


@approvable("give_grant", name=_("Give a role"))
class GiveGrant:
    """user_id, role, the three ids of a place; instead_of: key of a role that is taken away with it (other scope)."""

    def title(self, payload: Payload) -> Told:
        """Who gets what where."""
        given = {"person": somebody(user_of(payload)), "role": _role(payload), "place": told(Place.given(payload))}
        return ours(_("A role for {person}: {role} ({place})"), **given)

    def describe(self, payload: Payload) -> list[Change]:
        """The roles before and after, and what the new one lets one do.

        Of a place only the roles in its organisation: who decides there need not know of others.
        """
        user, place = _open(payload), Place.given(payload)
        role, held = _role(payload), grants(user)
        if any(grant.role == payload["role"] and Place.of(grant) == place for grant in held):
            raise Refused("role_held", person=called(user))
        gone = _replaced(held, payload)
        near = [grant for grant in held if grant == gone or _near(Place.of(grant), place)]
        kept = [grant for grant in near if grant != gone]
        what = _("Roles of {person}") if place == NODE else _("Roles of {person} in this organisation")
        new = ours(_("{role} ({place})"), role=role, place=told(place))
        lets = rights_by(Grant(role=payload["role"], **place.ids))
        named = [ours(MAY[right]) for right in ALL if right in lets] or [ours(_("nothing on this node yet"))]
        return [
            Change(ours(what, person=somebody(user)), _held(near), [*map(_told, kept), new]),
            Change(ours(_("What the new role lets one do there")), "–", named),
        ]

    def scope(self, payload: Payload) -> Place:
        """Where the role will hold."""
        return Place.given(payload)

    def person(self, payload: Payload) -> int | None:
        """Who gets it."""
        return int(payload["user_id"])

    def do(self, actor: User | None, payload: Payload) -> None:
        """Give it, and take the other away."""
        user = User.objects.select_for_update().get(pk=payload["user_id"])
        place, gone = Place.given(payload), _replaced(grants(user), payload)
        before = {"role": gone.role, **Place.of(gone).ids} if gone else None
        if gone:
            gone.delete()
        Grant.objects.create(user=user, role=payload["role"], **place.ids)
        record_grant(actor, "grant.give", user, place, before, {"role": payload["role"], **place.ids})


class OfAccount:
    """What is about the account of a person: user_id."""

    def scope(self, payload: Payload) -> Place:
        """All places of the person's roles."""
        return around(grants(user_of(payload)))

    def person(self, payload: Payload) -> int | None:
        """Whose account it is."""
        return int(payload["user_id"])


@approvable("open_account", name=_("Open an account again"))
class OpenAccount(OfAccount):
    """user_id: whose account was closed. With it the person has every role again that was not taken away."""

    def title(self, payload: Payload) -> Told:
        """Whose."""
        return ours(_("Open the account of {person} again"), person=somebody(user_of(payload)))

    def describe(self, payload: Payload) -> list[Change]:
        """From closed to open, and the roles that come back with it."""
        user = user_of(payload)
        if user.is_active:
            raise Refused("account_open", person=called(user))
        return [
            Change(ours(_("Account of {person}"), person=somebody(user)), ours(_("closed")), ours(_("open"))),
            Change(ours(_("Roles that hold again")), "–", _held(grants(user))),
        ]

    def do(self, actor: User | None, payload: Payload) -> None:
        """Open it."""
        user = User.objects.select_for_update().get(pk=payload["user_id"])
        user.is_active = True
        user.save(update_fields=["is_active"])
        trail.record(actor=actor, act="user.open", table=TABLE, row_id=str(user.pk))


@approvable("change_email", name=_("Another e-mail address"), private=("email",))
class ChangeEmail(OfAccount):
    """user_id, email. Whoever reads the mail of an address can set the password: hence the second person."""

    def title(self, payload: Payload) -> Told:
        """Whose."""
        return ours(_("Another e-mail address for {person}"), person=somebody(user_of(payload)))

    def describe(self, payload: Payload) -> list[Change]:
        """The address before and after."""
        user = _open(payload)
        if user.email == payload["email"]:
            raise Refused("email_same", person=called(user))
        if User.objects.filter(email__iexact=payload["email"]).exclude(pk=user.pk).exists():
            raise Refused("email_taken")
        what = ours(_("E-mail address of {person}"), person=somebody(user))
        return [Change(what, user.email or ours(NONE), payload["email"])]

    def do(self, actor: User | None, payload: Payload) -> None:
        """Set it; the old one, verified or not, opens nothing any more."""
        user = User.objects.select_for_update().get(pk=payload["user_id"])
        EmailAddress.objects.filter(user=user).delete()
        user.email = payload["email"]
        user.save(update_fields=["email"])
        trail.record(actor=actor, act="user.email", table=TABLE, row_id=str(user.pk))


def grants(user: User) -> list[Grant]:
    """The roles of somebody with their places, as they are now."""
    return list(user.grants.select_related("organisation", "site", "store__site").order_by("since", "pk"))


def around(held: Iterable[Grant]) -> Place:
    """The smallest place that holds all of these roles."""
    places = {Place.of(grant) for grant in held}
    if len(places) == 1:
        return places.pop()
    organisations = {place.where()[0] for place in places}
    only = organisations.pop() if len(organisations) == 1 else ""
    return Place(organisation_id=only) if only else NODE


def may_ask(actor: User, user: User) -> bool:
    """Whether the actor may ask for something about the whole account: every role of it lies in a place of theirs.

    An account without a role belongs to the node.
    """
    scope = scope_of(actor, "manage_people")
    return scope.everything or scope.covers(*around(grants(user)))


def record_grant(
    actor: User | None,
    act: str,
    user: User,
    place: Place,
    before: dict[str, str | None] | None,
    after: dict[str, str | None] | None,
    reason: str = "",
    reason_language: str = "",
) -> None:
    """An entry of a role that was given or taken away; before, after: role and place."""
    organisation_id, site_id = place.where()
    trail.record(
        actor=actor,
        act=act,
        table=TABLE,
        row_id=str(user.pk),
        reason=reason,
        reason_language=reason_language,
        before=before,
        after=after,
        organisation_id=organisation_id,
        site_id=site_id,
    )


def user_of(payload: Payload) -> User:
    """The person a payload names. Raises User.DoesNotExist."""
    return User.objects.get(pk=payload["user_id"], erased_at=None)


def _open(payload: Payload) -> User:
    user = user_of(payload)
    if not user.is_active:
        raise Refused("account_closed", person=called(user))
    return user


def _role(payload: Payload) -> Told:
    if payload["role"] not in Role.values:
        raise Refused("unknown_rule", what="role", value=payload["role"], known=", ".join(Role.values))
    return ours(Role(payload["role"]).label)


def _replaced(held: Iterable[Grant], payload: Payload) -> Grant | None:
    """The role that is taken away with it. Raises Grant.DoesNotExist where it is no longer there."""
    wanted = payload.get("instead_of")
    if wanted is None:
        return None
    for grant in held:
        if grant.pk == wanted:
            return grant
    raise Grant.DoesNotExist


def _near(held: Place, place: Place) -> bool:
    """Whether a role is told of where another is asked for."""
    return place == NODE or (held != NODE and held.where()[0] == place.where()[0])


def _told(grant: Grant) -> Told:
    role = ours(Role(grant.role).label)
    return ours(_("{role} ({place})"), role=role, place=told(Place.of(grant)))


def _held(held: list[Grant]) -> Told:
    return [_told(grant) for grant in held] or ours(NONE)
