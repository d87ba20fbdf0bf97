"""Accounts: making them, changing what is recorded of a person, giving and taking away roles, closing.

What makes somebody more powerful (a role, opening a closed account, an e-mail address through which the password can be
set) is only asked for here, see ``granting``. What makes somebody less powerful is done at once: safety cannot wait.
Nobody does either to themselves. actor None is the owner of the machine at the command line.
"""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction

from rasr.core.basis.findings import Refused
from rasr.node.people import queries, second_factor, trail
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.told import called
from rasr.node.people.choices import Institution, Role, Sex
from rasr.node.people.granting import record_grant
from rasr.node.people.models import Approval, Grant, User
from rasr.node.people.place import Place
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.web.said import Said

TABLE = User._meta.db_table


def add_user(
    *,
    actor: User | None = None,
    username: str,
    password: str,
    role: str | None = None,
    organisation_id: str | None = None,
    site_id: str | None = None,
    store_id: str | None = None,
    name: str = "",
    email: str = "",
    sex: str = Sex.NOT_RECORDED,
    institution: str = Institution.NOT_RECORDED,
    language: str = "",
    check_password: bool = True,
) -> User:
    """A new account; only at the command line with a role at once. name: what others call the person.

    Raises Refused: unknown_rule for an unknown role or place, bad_option for a name taken or a weak password.
    """
    assert actor is None or role is None, "a role that a user gives needs a second person"
    if actor is not None:
        require(actor, "manage_people")
    place = Place(organisation_id, site_id, store_id)
    _known(role, place)
    if User.objects.filter(username=username).exists():
        raise Refused("bad_option", option=username, reason="there is a user of this name already")
    about = {"first_name": name, "email": email, "sex": sex, "institution": institution, "language": language}
    user = User(username=username, **about)
    _set_password(user, password, check=check_password)
    with transaction.atomic():
        first = actor is None and not User.objects.exists()
        user.save()
        after = {"role": role, **place.ids} if role else None
        organisation, site = place.where()
        trail.record(
            actor=actor,
            act="user.first" if first else "user.add",
            table=TABLE,
            row_id=str(user.pk),
            after=after,
            organisation_id=organisation,
            site_id=site,
        )
        if role:
            Grant.objects.create(user=user, role=role, **place.ids)
    return user


def change_facts(*, actor: User, user_id: int, name: str, sex: str, institution: str) -> User:
    """Correct what is recorded of a person. Raises PermissionDenied, Refused, User.DoesNotExist."""
    with approvals.refusals_kept(actor, "user.change", table=TABLE, row_id=user_id), transaction.atomic():
        user = _managed(actor, user_id, oneself=True)
        before = {"sex": user.sex, "institution": user.institution}
        after: dict[str, str | bool] = {"sex": sex, "institution": institution}
        if renamed := user.get_full_name() != name:
            after["name"] = True  # what it was and is stands nowhere else than with the account
        user.sex, user.institution = sex, institution
        if renamed:
            user.first_name, user.last_name = name, ""
        if before != after:
            user.save(update_fields=["first_name", "last_name", "sex", "institution"])
            trail.record(actor=actor, act="user.change", table=TABLE, row_id=str(user.pk), before=before, after=after)
        return user


def ask_grant(
    *,
    actor: User,
    session: str,
    user_id: int,
    role: str,
    place: Place,
    reason: Said | str,
    instead_of: int | None = None,
    emergency: bool = False,
) -> Approval:
    """Ask for a role for somebody else. instead_of: key of one that is taken away with it, as for another scope.

    Raises Refused, PermissionDenied, ObjectDoesNotExist: for a person or place that is not the actor's to manage.
    """
    payload = {"user_id": user_id, "role": role, **place.ids}
    if user_id != actor.pk:  # who asks for themselves is refused, and that is written down, by the approvals
        user = queries.managed(actor, user_id)
        if instead_of is not None:
            Place.of(user.grants.get(pk=instead_of)).inside(scope_of(actor, "manage_people"))
            payload["instead_of"] = instead_of
    return approvals.ask(
        actor=actor, session=session, kind="give_grant", payload=payload, reason=reason, emergency=emergency
    )


def take_grant(*, actor: User | None, grant_id: int, reason: Said | str) -> None:
    """Take a role away from somebody else, at once. Raises PermissionDenied, Refused, ObjectDoesNotExist."""
    why = Said.of(reason)
    with approvals.refusals_kept(actor, "grant.take", table=TABLE), transaction.atomic():
        grant = Grant.objects.get(pk=grant_id)
        user = _managed(actor, grant.user_id, whole=False)
        place = Place.of(grant)
        if actor is not None:
            place.inside(scope_of(_again(actor), "manage_people"))
        _reason_wanted(actor, why)
        before = {"role": grant.role, **place.ids}
        grant.delete()
        record_grant(actor, "grant.take", user, place, before, None, why.text, why.language)


def deactivate(*, actor: User | None, user_id: int, reason: Said | str) -> None:
    """Close an account at once, with its sessions. Raises PermissionDenied, Refused, User.DoesNotExist."""
    why = Said.of(reason)
    with approvals.refusals_kept(actor, "user.deactivate", table=TABLE, row_id=user_id), transaction.atomic():
        user = _managed(actor, user_id)
        _reason_wanted(actor, why)
        if not user.is_active:
            raise Refused("account_closed", person=called(user))
        user.is_active = False
        user.save(update_fields=["is_active"])
        second_factor.end_sessions(user)
        trail.record(
            actor=actor,
            act="user.deactivate",
            table=TABLE,
            row_id=str(user.pk),
            reason=why.text,
            reason_language=why.language,
        )


def end_sessions(*, actor: User, user_id: int) -> int:
    """Sign somebody out everywhere; from how many sessions. Raises PermissionDenied, Refused, User.DoesNotExist."""
    with approvals.refusals_kept(actor, "user.sessions", table=TABLE, row_id=user_id), transaction.atomic():
        user = _managed(actor, user_id)
        ended = second_factor.end_sessions(user)
        trail.record(actor=actor, act="user.sessions", table=TABLE, row_id=str(user.pk), after={"ended": ended})
        return ended


def ask_open(*, actor: User, session: str, user_id: int, reason: Said | str, emergency: bool = False) -> Approval:
    """Ask to open a closed account. Raises Refused, PermissionDenied, ObjectDoesNotExist."""
    _whole(actor, user_id)
    payload = {"user_id": user_id}
    return approvals.ask(
        actor=actor, session=session, kind="open_account", payload=payload, reason=reason, emergency=emergency
    )


def ask_email(
    *, actor: User, session: str, user_id: int, email: str, reason: Said | str, emergency: bool = False
) -> Approval:
    """Ask for another e-mail address of somebody. Raises Refused, PermissionDenied, ObjectDoesNotExist."""
    _whole(actor, user_id)
    payload = {"user_id": user_id, "email": email}
    return approvals.ask(
        actor=actor, session=session, kind="change_email", payload=payload, reason=reason, emergency=emergency
    )


def set_password(*, actor: User | None = None, username: str, password: str) -> None:
    """Another password: one's own, or at the command line anybody's. Nobody sets that of a second person.

    Raises Refused: bad_option where there is no such user or it is weak; PermissionDenied.
    """
    user = User.objects.filter(username=username).first()
    if actor is not None and actor != user:
        raise PermissionDenied("set_password")
    if user is None:
        raise Refused("bad_option", option=username, reason="there is no user of this name")
    _set_password(user, password, check=True)
    with transaction.atomic():
        user.save()
        trail.record(actor=actor, act="user.password", table=TABLE, row_id=str(user.pk))


def choose(*, actor: User, language: str, theme: str) -> None:
    """Keep what somebody chose for themselves."""
    before = {"language": actor.language, "theme": actor.theme}
    after = {"language": language, "theme": theme}
    if before == after:
        return
    actor.language, actor.theme = language, theme
    with transaction.atomic():
        actor.save(update_fields=["language", "theme"])
        trail.record(actor=actor, act="user.choose", table=TABLE, row_id=str(actor.pk), before=before, after=after)


def _managed(actor: User | None, user_id: int, *, whole: bool = True, oneself: bool = False) -> User:
    """The person, locked, if the actor manages them. whole: all their roles must lie where the actor manages.

    Both rows are locked, so that of two who would close each other's account only one does. Raises PermissionDenied,
    Refused, User.DoesNotExist.
    """
    keys = {user_id, *([actor.pk] if actor else [])}
    locked = {user.pk: user for user in User.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    if actor is None:
        if user_id not in locked or locked[user_id].erased_at:
            raise User.DoesNotExist
        return locked[user_id]
    again = _again(actor)
    queries.managed(again, user_id)
    if user_id == actor.pk and not oneself:
        raise Refused("not_for_oneself")
    if whole and not queries.manages_all_of(again, locked[user_id]):
        raise Refused("person_elsewhere")
    return locked[user_id]


def _whole(actor: User, user_id: int) -> None:
    """As ``_managed``, for what is only asked for; oneself is refused by the approvals."""
    if user_id != actor.pk:
        user = queries.managed(actor, user_id)
        with approvals.refusals_kept(actor, "approval.ask", table=TABLE, row_id=user_id):
            if not queries.manages_all_of(actor, user):
                raise Refused("person_elsewhere")


def _again(actor: User) -> User:
    """The actor with the roles they have now."""
    return User.objects.get(pk=actor.pk)


def _reason_wanted(actor: User | None, why: Said) -> None:
    if actor is not None and not why.text.strip():
        raise Refused("reason_wanted")


def _known(role: str | None, place: Place) -> None:
    """Raises Refused."""
    if role is not None and role not in Role.values:
        raise Refused("unknown_rule", what="role", value=role, known=", ".join(Role.values))
    try:
        place.known()
    except ObjectDoesNotExist as fault:
        what, _colon, value = place.code.partition(":")
        raise Refused("unknown_rule", what=what, value=value, known="see the register") from fault


def _set_password(user: User, password: str, *, check: bool) -> None:
    if check:
        try:
            validate_password(password, user)
        except ValidationError as fault:
            raise Refused("bad_option", option="password", reason=" ".join(fault.messages)) from fault
    user.set_password(password)
