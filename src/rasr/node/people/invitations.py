"""Invitations: a code on paper or by mail, with which one person makes one account; and open sign-up without one.

An account never starts with a role. Where the invitation names one, a second person is asked for it once the account
is there (kind ``give_grant`` of the approvals).

>>> spelled("k7m2 9pqx-4hjr.TW3d")
'K7M29PQX4HJRTW3D'
>>> grouped("K7M29PQX4HJRTW3D")
'K7M2-9PQX-4HJR-TW3D'
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from rasr.core.basis.findings import Refused
from rasr.core.basis.seal import digest_bytes
from rasr.node.people import trail
from rasr.node.people.approvals import services as approvals
from rasr.node.people.choices import Outcome, Role
from rasr.node.people.models import Approval, Invitation, User
from rasr.node.people.models.user import SIGNS
from rasr.node.people.place import NODE, Place, placed
from rasr.node.people.queries import EVERYWHERE
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of

SIGNS_IN_CODE, GROUP = 16, 4
"""Of 30 signs: 78 bits, more than can be guessed."""

SESSION_KEY = "invitation"
State = Literal["open", "used", "withdrawn", "expired"]


@dataclass(frozen=True)
class Made:
    """An invitation just made, with its code, which is known only now."""

    invitation: Invitation
    code: str


def spelled(code: str) -> str:
    """A code as somebody typed it, without what only keeps its groups apart."""
    return "".join(sign for sign in code.upper() if sign.isalnum())


def grouped(code: str) -> str:
    """A code as it is shown."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def invitations(actor: User) -> QuerySet[Invitation]:
    """Those that the actor made, and those into places where the actor manages people."""
    require(actor, "manage_people")
    rows = Invitation.objects.select_related("invited_by", "used_by", "organisation", "site", "store__site", "approval")
    scope = scope_of(actor, "manage_people")
    return rows if scope.everything else rows.filter(Q(invited_by=actor) | placed(scope))


def invite(
    *, actor: User | None, name: str, language: str, email: str = "", role: str = "", place: Place = NODE
) -> Made:
    """Make an invitation. actor: None is the owner of the machine at the command line.

    role, and the place it holds in: asked for once the account is made; empty: none. Raises PermissionDenied;
    ObjectDoesNotExist for a place where the actor does not manage people; Refused: unknown_rule for a role.
    """
    if actor is not None:
        require(actor, "manage_people")
    if role and role not in Role.values:
        raise Refused("unknown_rule", what="role", value=role, known=", ".join(Role.values))
    holds = place.inside(scope_of(actor, "manage_people") if actor else EVERYWHERE) if role else NODE
    code = "".join(secrets.choice(SIGNS) for _sign in range(SIGNS_IN_CODE))
    invitation = Invitation(
        name=name,
        email=email,
        code_hash=_hash(code),
        role=role,
        language=language,
        invited_by=actor,
        expires_at=timezone.now() + timedelta(days=settings.NODE.invitation_days),
        **holds.ids,
    )
    with transaction.atomic():
        invitation.save(force_insert=True)
        after = {"role": role, **holds.ids, "expires_at": invitation.expires_at}
        _record(actor, "invitation.make", invitation, after=after)
    return Made(invitation, grouped(code))


def withdraw(*, actor: User, invitation_id: UUID) -> Invitation:
    """Take back an invitation that was not used. Raises Invitation.DoesNotExist, Refused: invitation_closed."""
    with transaction.atomic():
        row = invitations(actor).select_for_update(of=("self",)).get(pk=invitation_id)
        if row.used_at or row.withdrawn_at:
            raise Refused("invitation_closed")
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        _record(actor, "invitation.withdraw", row)
    return row


def by_code(code: str) -> Invitation:
    """The open invitation of a code. Raises Refused: invitation_unknown for whatever reason; an entry says which.

    That a right one was given is an entry as well.
    """
    hashed = _hash(spelled(code))
    row = Invitation.objects.filter(code_hash=hashed).first()
    known = row is not None and hmac.compare_digest(row.code_hash, hashed)
    tried = {"code": state(row) if row and known else "unknown"}
    if row and tried["code"] == "open":
        _record(AnonymousUser(), "invitation.try", row, after=tried)
        return row
    _record(AnonymousUser(), "invitation.try", row, after=tried, outcome=Outcome.REFUSED)
    raise Refused("invitation_unknown")


def begin(request: HttpRequest, invitation: Invitation) -> None:
    """Keep in the session, which only the server reads, that the code of an invitation was known here."""
    request.session[SESSION_KEY] = str(invitation.pk)


def open_for(request: HttpRequest) -> Invitation | None:
    """The invitation whose code was given in this session, if it can still be used."""
    key = request.session.get(SESSION_KEY)
    row = Invitation.objects.filter(pk=key).first() if key else None
    return row if row and state(row) == "open" else None


def fits(request: HttpRequest, email: str) -> None:
    """Whether the invitation of this session may be used with an e-mail address. Raises ValidationError."""
    invitation = open_for(request)
    if invitation and invitation.email and invitation.email.casefold() != email.casefold():
        raise ValidationError(_("The code is for another e-mail address. Give the one you were invited with."))


def take(request: HttpRequest, user: User) -> None:
    """Use the invitation of this session for an account just made, in the transaction that made it.

    Of two who use one code at once, one gets the account. Raises Refused: invitation_unknown; sign_up_closed where
    there is no invitation and sign-up is not open. Nothing may be kept then.
    """
    key = request.session.get(SESSION_KEY)
    if not key and not settings.NODE.open_sign_up:
        raise Refused("sign_up_closed")
    with transaction.atomic():
        trail.record(actor=user, act="user.join", table=User._meta.db_table, row_id=str(user.pk))
        if key:
            _use(_locked(key), user)
    request.session.pop(SESSION_KEY, None)


def _locked(key: str) -> Invitation:
    invitation = Invitation.objects.select_for_update().filter(pk=key).first()
    if invitation is None or state(invitation) != "open":
        raise Refused("invitation_unknown")
    return invitation


def _use(invitation: Invitation, user: User) -> None:
    user.first_name = invitation.name
    user.save(update_fields=["first_name"])
    invitation.used_by, invitation.used_at = user, timezone.now()
    after: dict[str, Any] = {"user": user.pseudonym}
    if invitation.role:
        try:
            with transaction.atomic():
                invitation.approval = _ask_for_role(invitation, user)
        except (PermissionDenied, ObjectDoesNotExist, Refused) as fault:
            # who invited may no longer ask for it: the account is made all the same
            after["role_not_asked_for"] = fault.code if isinstance(fault, Refused) else type(fault).__name__
    invitation.save(update_fields=["used_by", "used_at", "approval"])
    _record(user, "invitation.use", invitation, after=after)


def _ask_for_role(invitation: Invitation, user: User) -> Approval:
    payload = {"user_id": user.pk, "role": invitation.role, **Place.of(invitation).ids}
    with translation.override(settings.NODE.language):
        said = _("Invitation made on {day}").format(day=f"{invitation.made_at:%Y-%m-%d}")
    return approvals.ask(actor=invitation.invited_by, session="", kind="give_grant", payload=payload, reason=said)


def _record(actor: User | AnonymousUser | None, act: str, row: Invitation | None, **more: Any) -> None:
    organisation_id, site_id = Place.of(row).where() if row else ("", "")
    where: dict[str, Any] = {"organisation_id": organisation_id, "site_id": site_id}
    trail.record(actor=actor, act=act, table=Invitation._meta.db_table, row_id=row.pk if row else "", **where, **more)


def state(invitation: Invitation) -> State:
    """Whether an invitation can still be used, else why not."""
    if invitation.used_at:
        return "used"
    if invitation.withdrawn_at:
        return "withdrawn"
    return "open" if invitation.expires_at > timezone.now() else "expired"


def _hash(code: str) -> str:
    return digest_bytes([b"rasr invitation", code.encode()])
