"""A lost second factor: taken off by two people and after a time, so that its owner can object.

An administrator asks, a second person approves, and only ``delay_hours`` later it is done. The owner of the account is
told meanwhile, on every page and by mail, and can refuse it. The owner of the machine needs no second person, but waits
as long, and everybody who watches over accounts is told (``notices``). Where nobody else could be the second person any
act can be asked for as an emergency: see ``approvals.services.ask``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Refused
from rasr.node.people import letters, queries, second_factor, trail
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.registry import Change, Payload, approvable
from rasr.node.people.approvals.told import Told, ours
from rasr.node.people.granting import OfAccount, user_of
from rasr.node.people.models import Approval, User
from rasr.node.web.said import Said

KIND = "reset_second_factor"
FACTORS: dict[str, str | Promise] = {
    "totp": _("Authenticator app"),
    "webauthn": _("Passkey or security key"),
    "recovery_codes": _("Recovery codes"),
}


def delay() -> timedelta:
    """How long the owner of an account has to object."""
    return timedelta(hours=settings.NODE.delay_hours)


@approvable(KIND, name=_("Take off a lost second factor"), delay=delay, person_may_refuse=True)
class ResetSecondFactor(OfAccount):
    """payload: ``user_id``."""

    def title(self, payload: Payload) -> Told:
        """Whose."""
        return ours(_("Take off the second factor of {name}"), name=user_of(payload).username)

    def describe(self, payload: Payload) -> list[Change]:
        """What there is now, and that it will be gone. Raises Refused: no_second_factor; ObjectDoesNotExist."""
        user = user_of(payload)
        kinds = Authenticator.objects.filter(user=user).order_by("type").values_list("type", flat=True)
        if not kinds:
            raise Refused("no_second_factor", person=user.username)
        before = [ours(FACTORS[kind]) for kind in dict.fromkeys(map(str, kinds))]
        after = ours(_("None, until a new one is set up at the next sign-in"))
        return [Change(ours(_("Second factor")), before, after), Change(ours(_("Sessions")), "", ours(_("All ended")))]

    def do(self, actor: User | None, payload: Payload) -> None:
        """Take it off and end all sessions."""
        user = user_of(payload)
        second_factor.forget(user)
        trail.record(actor=actor, act="second_factor.forget", table=User._meta.db_table, row_id=str(user.pk))


def ask_reset(*, actor: User, session: str, user_id: int, reason: Said | str, emergency: bool = False) -> Approval:
    """Ask that a second person lets somebody's lost second factor be taken off; its owner is told.

    emergency: nobody else could be the second person. Raises Refused, PermissionDenied, ObjectDoesNotExist.
    """
    payload = {"user_id": user_id}
    return _told(
        approvals.ask(actor=actor, session=session, kind=KIND, payload=payload, reason=reason, emergency=emergency)
    )


def reset_at_console(*, username: str) -> Approval:
    """The owner of the machine has somebody's lost second factor taken off after ``delay_hours``. Raises Refused."""
    user = queries.named(username)
    why = "Asked for at the command line of the machine"
    payload: dict[str, Any] = {"user_id": user.pk}
    return _told(approvals.ask(actor=None, session="", kind=KIND, payload=payload, reason=why, effective_in=delay()))


def _told(approval: Approval) -> Approval:
    assert approval.person is not None
    person = approval.person
    transaction.on_commit(lambda: letters.factor_asked_off(person))
    return approval
