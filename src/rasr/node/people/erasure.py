"""Erasing a person: what tells who somebody was is taken away; what they did stays, under the pseudonym.

The row of the account is kept, so that the ledger and the trail still point to somebody; its pseudonym leads to nobody.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.node.people import queries, second_factor, trail
from rasr.node.people.approvals import services as approvals
from rasr.node.people.choices import ApprovalState, Institution, Role, Sex, Theme
from rasr.node.people.models import Approval, Grant, Invitation, User
from rasr.node.web.said import Said

TABLE = User._meta.db_table


def erase(*, actor: User | None, user_id: int, reason: Said | str) -> User:
    """Erase somebody, for good and at once. actor None is the owner of the machine at the command line.

    Raises PermissionDenied; User.DoesNotExist for who is not the actor's to manage, or was erased before; Refused:
    reason_wanted, not_for_oneself, person_elsewhere, last_administrator.
    """
    why = Said.of(reason)
    with approvals.refusals_kept(actor, "user.erase", table=TABLE, row_id=user_id), transaction.atomic():
        user = _managed(actor, user_id)
        if not why.text.strip():
            raise Refused("reason_wanted")
        _not_the_last(user)
        _end_what_waits(user)
        approvals.forget(user)
        _forget_invitations(user)
        _shut_out(user)
        _scrub(user)
        trail.record(
            actor=actor,
            act="user.erase",
            table=TABLE,
            row_id=str(user.pk),
            reason=why.text,
            reason_language=why.language,
        )
    return user


def _managed(actor: User | None, user_id: int) -> User:
    """The person, locked together with all administrators, so that of two who erase each other only one does."""
    whole = Grant.objects.filter(role=Role.ADMINISTRATOR, organisation=None, site=None, store=None)
    keys = [user_id, *whole.values_list("user_id", flat=True), *([actor.pk] if actor else [])]
    locked = {user.pk: user for user in User.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    if actor is None:
        if user_id not in locked or locked[user_id].erased_at:
            raise User.DoesNotExist
        return locked[user_id]
    again = User.objects.get(pk=actor.pk)  # with the roles they have now
    user = queries.managed(again, user_id)
    if user.pk == again.pk:
        raise Refused("not_for_oneself")
    if not queries.manages_all_of(again, user):
        raise Refused("person_elsewhere")
    return user


def _not_the_last(user: User) -> None:
    """Raises Refused where nobody would be left who manages people and the node."""
    whole = Grant.objects.filter(role=Role.ADMINISTRATOR, organisation=None, site=None, store=None)
    able = whole.filter(user__is_active=True, user__erased_at=None)
    if able.filter(user=user).exists() and not able.exclude(user=user).exists():
        raise Refused("last_administrator")


def _end_what_waits(user: User) -> None:
    """What they asked for, and what was asked about them, is not done any more."""
    waiting = Approval.objects.select_for_update(of=("self",)).filter(state=ApprovalState.ASKED)
    for approval in waiting.filter(Q(asked_by=user) | Q(person=user)):
        approval.state = ApprovalState.WITHDRAWN
        approval.save(update_fields=["state"])


def _forget_invitations(user: User) -> None:
    Invitation.objects.filter(used_by=user).update(name="", email="")
    made = Invitation.objects.filter(invited_by=user, used_at=None, withdrawn_at=None)
    made.update(withdrawn_at=timezone.now())


def _shut_out(user: User) -> None:
    """No session, no second factor, no address, no role is left."""
    second_factor.forget(user)
    for model in (EmailAddress, Grant):
        model.objects.filter(user=user).delete()
    user.groups.clear()
    user.user_permissions.clear()


def _scrub(user: User) -> None:
    user.username = f"erased-{user.pseudonym}"
    user.first_name = user.last_name = user.email = user.language = ""
    user.sex, user.institution, user.theme = Sex.NOT_RECORDED, Institution.NOT_RECORDED, Theme.AUTO
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login = None
    user.set_unusable_password()
    user.erased_at = timezone.now()
    user.save()
