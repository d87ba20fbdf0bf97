"""What a password must be: one of two policies, and in both nothing that stands in lists or in names.

``portal`` is the rule of the field's own portals. ``passphrase`` asks for length only, as OWASP ASVS 5.0 does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from rasr.node.people.models import User

PORTAL, PASSPHRASE = "portal", "passphrase"
SHORTEST = {PORTAL: 12, PASSPHRASE: 15}
LONGEST = 256
"""More is refused: hashing takes longer, and nobody types it."""
OWN = 6
"""Signs that must be left of a password without the names of the node, the program and the user."""
SHORTEST_NAME = 4
NOT_LETTERS = re.compile(r"[\W\d_]+")


def rule() -> str:
    """The rule in words, as it is shown before somebody types."""
    if settings.NODE.password_policy == PORTAL:
        said = _(
            "At least 12 characters, without spaces: lower and upper case letters, a number and another character such"
            " as + or !."
        )
    else:
        said = _("At least 15 characters. Several words that do not belong together are easy to remember.")
    not_known = _("Not a well-known password, and not made of your name or the name of the node.")
    return f"{said} {not_known}"


rule_lazy = lazy(rule, str)


class Policy:
    """The policy of the node: length, and for portals the kinds of characters."""

    def validate(self, password: str, _user: User | None = None, /) -> None:
        """Raises ValidationError with every rule that the password breaks."""
        faults = [*_length(password), *(_kinds(password) if settings.NODE.password_policy == PORTAL else [])]
        if faults:
            raise ValidationError(faults)

    def get_help_text(self) -> str:
        """The rule in words."""
        return rule()


class NotOfNames:
    """Nothing that is made of the names of the node, the program and the user, with little else."""

    def validate(self, password: str, user: User | None = None, /) -> None:
        """Raises ValidationError."""
        left = password.casefold()
        for name in sorted(_names(user), key=len, reverse=True):
            left = left.replace(name, "")
        if left != password.casefold() and len(left) < OWN:
            raise ValidationError(_("It is made of your name or the name of the node."), code="password_of_names")

    def get_help_text(self) -> str:
        """Nothing: ``Policy`` says it."""
        return ""


class NotKnown:
    """Nothing from the list of the 20,000 most used passwords, also not with numbers around or several times over."""

    def validate(self, password: str, _user: User | None = None, /) -> None:
        """Raises ValidationError."""
        typed = password[:LONGEST].casefold().strip()
        if {typed, NOT_LETTERS.sub("", typed)} & _known() or any(map(_is_poor, _repeated(typed))):
            raise ValidationError(_("It is a well-known password."), code="password_known")

    def get_help_text(self) -> str:
        """Nothing: ``Policy`` says it."""
        return ""


def _length(password: str) -> list[ValidationError]:
    least = SHORTEST[settings.NODE.password_policy]
    if len(password) < least:
        return [ValidationError(_("It has fewer than %(count)s characters."), "password_short", {"count": least})]
    if len(password) > LONGEST:
        return [ValidationError(_("It has more than %(count)s characters."), "password_long", {"count": LONGEST})]
    return []


def _kinds(password: str) -> list[ValidationError]:
    wanted = (
        (not any(map(str.isspace, password)), _("There is a space in it."), "password_space"),
        (any(map(str.islower, password)), _("There is no lower case letter in it."), "password_lower"),
        (any(map(str.isupper, password)), _("There is no upper case letter in it."), "password_upper"),
        (any(map(str.isdigit, password)), _("There is no number in it."), "password_number"),
        (
            any(not sign.isalnum() and not sign.isspace() for sign in password),
            _("There is no character such as + or ! in it."),
            "password_symbol",
        ),
    )
    return [ValidationError(said, code) for fits, said, code in wanted if not fits]


def _names(user: User | None) -> set[str]:
    """Words that belong to the place, in small letters; short ones stand in many a word by chance."""
    node = settings.NODE
    texts = ["rasr", node.name, *node.host_names]
    if user is not None:
        texts += [user.username, user.first_name, user.last_name, user.email]
    words = {word for text in texts for word in re.split(r"[\W_]+", text.casefold())}
    return {word for word in words if len(word) >= SHORTEST_NAME}


def _repeated(typed: str) -> Iterator[str]:
    """What a password is made of by saying it again and again, also where the end is cut off."""
    for size in range(1, len(typed)):
        once = typed[:size]
        if (once * (len(typed) // size + 1)).startswith(typed):
            yield once


def _is_poor(once: str) -> bool:
    return len(once) < SHORTEST_NAME or once in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)
