"""What may be read of the trail, and by whom: one's own acts; the history of a record one may see; all, who audits."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from rasr.node.people import histories
from rasr.node.people.choices import Outcome
from rasr.node.people.models import Entry, Leaf, User
from rasr.node.people.rights import may, require
from rasr.node.people.scopes import Scope, scope_of
from rasr.node.people.trail import CONSOLE, NOBODY, NODE

RIGHT = "view_trail"
LOOKS = ("page.look", "export.make", "request.refuse")
"""Acts that change nothing; who has looked is for who reads the trail."""
ROLES = ("grant.give", "grant.take", "user.add", "user.first")
"""Acts that tell of a role somebody holds; who manages people knows of those in their own places."""
WITHOUT_ACCOUNT = {CONSOLE: _("Command line"), NODE: _("The node"), NOBODY: _("Not signed in")}
"""Who is no person, as they are shown."""
USERS, ENTRIES = User._meta.db_table, Entry._meta.db_table


def trail(actor: User | AnonymousUser) -> QuerySet[Entry]:
    """Every entry, the latest first, with ``who``. Raises PermissionDenied without the right ``view_trail``."""
    require(actor, RIGHT)
    return _named(Entry.objects.all())


def activity(actor: User | AnonymousUser) -> QuerySet[Entry]:
    """What somebody did, and what was done to their account; who has looked at it is not told."""
    if not isinstance(actor, User):
        raise PermissionDenied(RIGHT)
    return _named(Entry.objects.filter(_own(actor)))


def history(actor: User, table: str, row_id: str) -> QuerySet[Entry]:
    """What happened to a record. Who reads the trail sees looks and refusals too; everybody else what was done.

    Raises PermissionDenied for a record that is not there, or not to be seen: ``may_see`` tells before.
    """
    if told_of(actor, table, row_id) is None:
        raise PermissionDenied(RIGHT)
    kind = histories.KINDS.get(table)
    rows: dict[str, set[str]] = {table: {row_id}}
    for other, key in kind.beside(actor, row_id) if kind else ():
        rows.setdefault(other, set()).add(key)
    which = Q(pk__in=())
    for name, keys in rows.items():
        which |= Q(table=name, row_id__in=keys)
    found = Entry.objects.filter(which)
    if not may(actor, RIGHT):
        found = found.filter(outcome=Outcome.DONE).exclude(act__in=LOOKS)
        if (table, row_id) != (USERS, str(actor.pk)):
            found = found.filter(~Q(act__in=ROLES) | _given_in(scope_of(actor, "manage_people")))
    return _named(found)


def told_of(actor: User, table: str, row_id: str) -> str | None:
    """How a record is called; None where the actor may not see it. Who reads the trail may see every record's name."""
    kind = histories.KINDS.get(table)
    found = kind.find(actor, row_id) if kind else None
    if found is None and may(actor, RIGHT):
        return row_id
    return found


def entry(actor: User, entry_id: UUID) -> Entry:
    """One entry, whole. Raises Entry.DoesNotExist, also for one that is not the actor's own and they audit not."""
    seen = Entry.objects.all() if may(actor, RIGHT) else Entry.objects.filter(_own(actor))
    return _named(seen, whole=True).get(pk=entry_id)


def place_in_log(found: Entry) -> int | None:
    """The number of an entry in the transparency log; None while it waits for one."""
    return Leaf.objects.filter(table=ENTRIES, row_id=str(found.pk)).values_list("index", flat=True).first()


def pseudonyms(words: str) -> list[str]:
    """Who is meant by a name, a part of one, or a pseudonym: as the trail writes them."""
    named = Q(username__icontains=words) | Q(first_name__icontains=words) | Q(last_name__icontains=words)
    people = User.objects.filter(named, erased_at=None).values_list("pseudonym", flat=True)
    others = [code for code, name in WITHOUT_ACCOUNT.items() if words.casefold() in str(name).casefold()]
    return [*people, *others, words.upper(), words.casefold()]


def _own(actor: User) -> Q:
    mine = Q(table=USERS, row_id=str(actor.pk)) & ~Q(act__in=LOOKS)
    return Q(actor=actor.pseudonym) | mine


def _given_in(scope: Scope) -> Q:
    """Entries of roles in the places of a scope."""
    if scope.everything:
        return ~Q(pk__in=())
    here = Q(organisation_id__in=scope.organisation_ids) | Q(site_id__in=scope.site_ids)
    return here | Q(after__store_id__in=scope.store_ids) | Q(before__store_id__in=scope.store_ids)


def _named(entries: QuerySet[Entry], *, whole: bool = False) -> QuerySet[Entry]:
    """With ``who``: the name of an account that was not erased, else what stands on the trail."""
    account = User.objects.filter(pseudonym=OuterRef("actor"), erased_at=None).values("username")
    named = entries.annotate(who=Coalesce(Subquery(account), F("actor")))
    return named if whole else named.defer("before", "session", "request_id")
