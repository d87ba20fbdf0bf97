"""Who is there, as far as somebody may know; figures of people by role, sex and institution."""

from __future__ import annotations

import polars as pl
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from rasr.core.basis.findings import Refused
from rasr.node.people import second_factor
from rasr.node.people.choices import Institution, Role, Sex
from rasr.node.people.models import Grant, User
from rasr.node.people.place import placed
from rasr.node.people.rights import may, require
from rasr.node.people.scopes import Scope, scope_of

Actor = User | AnonymousUser
EVERYWHERE = Scope(True, frozenset(), frozenset(), frozenset())
NO_ROLE, ALL_PEOPLE = "", "*"
"""In the figures of people: those without a role, and everybody once."""


def users() -> QuerySet[User]:
    """Every user with their grants, by name: for the machine's own administrator."""
    return User.objects.prefetch_related("grants").order_by("username")


def named(username: str) -> User:
    """Somebody by the name they sign in with: for the machine's own administrator. Raises Refused."""
    user = User.objects.filter(username=username, erased_at=None).first()
    if user is None:
        raise Refused("bad_option", option=username, reason="there is no user of this name")
    return user


def people(actor: Actor) -> QuerySet[User]:
    """Those with a role where the actor manages people, and those without any; all for who reads the trail.

    ``seen_grants`` of each are the roles that the actor may know of; ``has_factor``: a second factor besides codes on
    paper. Raises PermissionDenied.
    """
    scope = _seen(actor)
    return (
        _in(scope)
        .annotate(has_factor=Exists(_factors()))
        .prefetch_related(Prefetch("grants", _grants(scope).order_by("since", "pk"), to_attr="seen_grants"))
    )


def person(actor: Actor, user_id: int) -> User:
    """One, as ``people`` gives them. Raises PermissionDenied, User.DoesNotExist."""
    return people(actor).get(pk=user_id)


def has_page(actor: Actor, user_id: str) -> bool:
    """Whether somebody may open the page of a person: not all who see their own history; nobody's who was erased."""
    try:
        return _in(_seen(actor)).filter(pk=user_id).exists()
    except PermissionDenied:
        return False


def grants_seen(user: User) -> list[Grant]:
    """The roles that who looks may know of, of somebody that ``people`` or ``person`` has given."""
    return list(vars(user)["seen_grants"])


def managed(actor: Actor, user_id: int) -> User:
    """Somebody whom the actor manages. Raises PermissionDenied, User.DoesNotExist."""
    require(actor, "manage_people")
    return _in(scope_of(actor, "manage_people")).get(pk=user_id)


def manages(actor: Actor, user: User) -> bool:
    """Whether the actor manages any of this person's roles, or the person has none."""
    if not may(actor, "manage_people"):
        return False
    return _in(scope_of(actor, "manage_people")).filter(pk=user.pk).exists()


def manages_all_of(actor: Actor, user: User) -> bool:
    """Whether every role of the person lies where the actor manages people."""
    scope = scope_of(actor, "manage_people")
    return may(actor, "manage_people") and not user.grants.exclude(pk__in=_grants(scope).values("pk")).exists()


def grants_managed(actor: Actor, user: User) -> set[int]:
    """Keys of the roles of a person that the actor may take away."""
    if not may(actor, "manage_people"):
        return set()
    return set(_grants(scope_of(actor, "manage_people")).filter(user=user).values_list("pk", flat=True))


def with_role(actor: Actor, rows: QuerySet[User], role: str) -> QuerySet[User]:
    """Those who hold a role that the actor may know of; ``NO_ROLE``: those without any."""
    held = _grants(_seen(actor)).filter(user=OuterRef("pk"))
    return rows.filter(~Exists(held)) if role == NO_ROLE else rows.filter(Exists(held.filter(role=role)))


def with_factor(rows: QuerySet[User], *, has: bool) -> QuerySet[User]:
    """Those who have a second factor, or those who do not."""
    return rows.filter(Exists(_factors()) if has else ~Exists(_factors()))


def knows_addresses(actor: Actor) -> bool:
    """Whether the actor manages everybody they see, and so may know their e-mail addresses."""
    return may(actor, "manage_people") and _seen(actor) == scope_of(actor, "manage_people")


def figures(actor: Actor) -> pl.DataFrame:
    """Open accounts by role, institution and sex: role, institution, female, male, not_recorded, together.

    Somebody with two roles counts in both; the rows of ``ALL_PEOPLE`` count everybody once. Raises PermissionDenied.
    """
    scope = _seen(actor)
    known = {user.pk: user for user in _in(scope).filter(is_active=True).only("sex", "institution")}
    held: dict[str, set[int]] = {role: set() for role in Role.values}
    for role, user_id in _grants(scope).order_by().values_list("role", "user_id"):
        held.setdefault(role, set()).add(user_id)
    held[NO_ROLE] = set(known) - set[int]().union(*held.values())
    held[ALL_PEOPLE] = set(known)
    rows = [
        {
            "role": role,
            "institution": institution,
            **_by_sex([user for user in found if user.institution == institution]),
        }
        for role, keys in held.items()
        if (found := [known[key] for key in keys if key in known])
        for institution in Institution.values
    ]
    schema = {"role": pl.String, "institution": pl.String, **dict.fromkeys((*Sex.values, "together"), pl.Int64)}
    return pl.DataFrame(rows, schema=schema).filter(pl.col("together") > 0)


def _by_sex(found: list[User]) -> dict[str, int]:
    counts = {str(sex): sum(user.sex == sex for user in found) for sex in Sex.values}
    return {**counts, "together": len(found)}


def _seen(actor: Actor) -> Scope:
    """Where the actor may know who holds a role. Raises PermissionDenied."""
    if may(actor, "view_trail"):
        return EVERYWHERE
    require(actor, "manage_people")
    return scope_of(actor, "manage_people")


def _in(scope: Scope) -> QuerySet[User]:
    rows = User.objects.filter(erased_at=None).order_by("first_name", "username")
    if scope.everything:
        return rows
    anywhere = Grant.objects.filter(user=OuterRef("pk"))
    return rows.filter(Q(Exists(anywhere.filter(pk__in=_grants(scope).values("pk")))) | ~Q(Exists(anywhere)))


def _grants(scope: Scope) -> QuerySet[Grant]:
    return Grant.objects.filter(placed(scope)).select_related("organisation", "site", "store__site")


def _factors() -> QuerySet[Authenticator]:
    return second_factor.rows(OuterRef("pk"))
