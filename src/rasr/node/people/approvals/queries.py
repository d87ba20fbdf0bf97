"""Approvals: those somebody may see, those that wait for somebody, and who could decide one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from rasr.core.basis.findings import Refused
from rasr.node.people.approvals.registry import KINDS, Kind, digest_of, shown_of
from rasr.node.people.approvals.told import called, say
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, Entry, User
from rasr.node.people.place import Place, placed
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.people.second_person import second_people

Actor = User | AnonymousUser
NONE = Q(pk__in=())
EVERY = ~NONE


def approvals(actor: Actor) -> QuerySet[Approval]:
    """Those that somebody may see, newest first, with their people."""
    return visible(actor).select_related("asked_by", "decided_by", "person")


def visible(actor: Actor) -> QuerySet[Approval]:
    """Their own, those about them, those in their scope; every one for who reads the whole trail."""
    if not isinstance(actor, User):
        return Approval.objects.none()
    if may(actor, "view_trail"):
        return Approval.objects.all()
    own = Q(asked_by=actor) | Q(decided_by=actor) | Q(person=actor)
    here = [Q(kind=kind.code) & (_in_scope(actor, kind.asks) | _in_scope(actor, kind.right)) for kind in KINDS.values()]
    return Approval.objects.filter(reduce(or_, here, own))


def waiting(actor: Actor) -> QuerySet[Approval]:
    """Those that wait for this person to decide, oldest first. No query for who holds none of the rights."""
    if not isinstance(actor, User) or not decides(actor):
        return Approval.objects.none()
    mine = [Q(kind=kind.code) & _in_scope(actor, kind.right) for kind in KINDS.values()]
    found = Approval.objects.filter(reduce(or_, mine, NONE), state=ApprovalState.ASKED, decided_by=None)
    open_still = Q(expires_at__gt=timezone.now()) | Q(effective_at__isnull=False)
    others = found.filter(open_still).exclude(asked_by=actor).exclude(person=actor)
    return others.select_related("asked_by", "person").order_by("asked_at", "approval_id")


def decides(actor: Actor) -> bool:
    """Whether somebody can be a second person at all."""
    return any(may(actor, right) for right in {kind.right for kind in KINDS.values()})


def approval(actor: Actor, approval_id: Any) -> Approval:
    """One. Raises Approval.DoesNotExist."""
    return approvals(actor).get(pk=approval_id)


def about(actor: Actor, person: User) -> list[Approval]:
    """What was asked about a person and waits still."""
    return list(approvals(actor).filter(person=person, state=ApprovalState.ASKED))


def second_people_of(found: Approval) -> list[User]:
    """Who could decide it: never who asked, nor whom it concerns."""
    others = second_people(found.asked_by, KINDS[found.kind].right, *Place.of(found))
    return [each for each in others if each.pk != found.person_id]


def why_failed(found: Approval) -> Refused | None:
    """Why it could not be done, as the trail has it."""
    entry = Entry.objects.filter(table=Approval._meta.db_table, row_id=str(found.pk), outcome="failed").first()
    told = (entry.after or {}).get("fault") if entry else None
    return Refused(told["code"], **told["numbers"]) if told else None


def title(approval: Approval) -> str:
    """What was asked for, in one line; people whom the row already knows are not looked up."""
    shown = approval.shown.get("title", "") if isinstance(approval.shown, dict) else ""
    people = [user for user in (approval.person, approval.asked_by, approval.decided_by) if user is not None]
    return say(shown, {user.pseudonym: called(user) for user in people})


def asker(approval: Approval) -> str:
    """Who asked; the machine's owner has no account."""
    return called(approval.asked_by) if approval.asked_by is not None else gettext("the owner of the machine")


def kind_of(found: Approval) -> Kind:
    """The registered act."""
    return KINDS[found.kind]


def _in_scope(actor: Actor, right: str) -> Q:
    """Never an empty filter: one of those vanishes beside an or."""
    if not may(actor, right):
        return NONE
    scope = scope_of(actor, right)
    return EVERY if scope.everything else placed(scope)


@dataclass(frozen=True)
class Picture:
    """What the page of an approval shows to somebody.

    shown, digest: what will happen as things stand now, or what was shown when it ended; changed: not as it was asked
    for; blocked: why it cannot be approved as things stand. others: who could decide. may_*: what the reader may do.
    waits: it was approved, or needs nobody, and takes effect at its time.
    """

    shown: Mapping[str, Any]
    digest: str
    changed: bool
    blocked: Refused | None
    failed: Refused | None
    others: list[User]
    may_approve: bool
    may_refuse: bool
    may_withdraw: bool
    open: bool
    waits: bool


def picture(actor: Actor, found: Approval) -> Picture:
    """One approval for who looks."""
    is_open = found.state == ApprovalState.ASKED
    over = found.effective_at is None and found.expires_at <= timezone.now()
    shown, blocked = _now(found) if is_open else (found.shown, None)
    digest = digest_of(found.kind, found.payload, shown)
    others = second_people_of(found) if is_open else []
    here = is_open and not over and isinstance(actor, User)
    second = here and any(other.pk == actor.pk for other in others)
    agreed = found.decided_by_id is not None
    objects = KINDS[found.kind].person_may_refuse or found.emergency
    return Picture(
        shown=shown,
        digest=digest,
        changed=is_open and digest != found.digest,
        blocked=blocked,
        failed=why_failed(found) if found.state == ApprovalState.FAILED else None,
        others=others,
        may_approve=second and not agreed and blocked is None,
        may_refuse=second or (here and found.person_id == actor.pk and objects),
        may_withdraw=is_open and found.asked_by_id is not None and found.asked_by_id == actor.pk,
        open=is_open and not over,
        waits=is_open and found.effective_at is not None,
    )


def _now(found: Approval) -> tuple[Mapping[str, Any], Refused | None]:
    """What will happen as things stand; what was asked for where that cannot happen any more, and why not."""
    try:
        return shown_of(KINDS[found.kind], found.payload), None
    except Refused as fault:
        return found.shown, fault
    except ObjectDoesNotExist:
        return found.shown, Refused("approval_gone")
