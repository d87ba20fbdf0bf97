"""Making users and what they choose for themselves."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from rasr.core.basis.findings import Refused
from rasr.node.people.choices import Role
from rasr.node.people.models import Grant, User
from rasr.node.people.rights import require
from rasr.node.places.models import Organisation, Site


def add_user(
    *,
    actor: User | None = None,
    username: str,
    password: str,
    role: str,
    organisation_id: str | None = None,
    site_id: str | None = None,
    check_password: bool = True,
) -> User:
    """A new user with one role. actor: None is the machine's own administrator at the command line.

    Raises Refused: unknown_rule for an unknown role or place, bad_option for a name taken or a weak password.
    """
    if actor is not None:
        require(actor, "manage_node")
    if role not in Role.values:
        raise Refused("unknown_rule", what="role", value=role, known=", ".join(Role.values))
    if User.objects.filter(username=username).exists():
        raise Refused("bad_option", option=username, reason="there is a user of this name already")
    places = ((Organisation, organisation_id), (Site, site_id))
    for model, place in places:
        if place is not None and not model.objects.filter(pk=place).exists():
            raise Refused("unknown_rule", what=model.__name__.lower(), value=place, known="see the register")
    user = User(username=username)
    _set_password(user, password, check=check_password)
    with transaction.atomic():
        user.save()
        Grant.objects.create(user=user, role=role, organisation_id=organisation_id, site_id=site_id)
    return user


def set_password(*, actor: User | None = None, username: str, password: str) -> None:
    """Another password for somebody. Raises Refused: bad_option where there is no such user or it is weak."""
    if actor is not None:
        require(actor, "manage_node")
    user = User.objects.filter(username=username).first()
    if user is None:
        raise Refused("bad_option", option=username, reason="there is no user of this name")
    _set_password(user, password, check=True)
    user.save()


def choose(*, actor: User, language: str, theme: str) -> None:
    """Keep what somebody chose for themselves."""
    actor.language, actor.theme = language, theme
    actor.save(update_fields=["language", "theme"])


def _set_password(user: User, password: str, *, check: bool) -> None:
    if check:
        try:
            validate_password(password, user)
        except ValidationError as fault:
            raise Refused("bad_option", option="password", reason=" ".join(fault.messages)) from fault
    user.set_password(password)
