"""Texts that can be kept and told in any language later: what was shown to who approved, years ago, in another one.

A text is a name (as it is), a list of texts, somebody (by pseudonym, so that a name is kept nowhere but with its
account), or a message of ours with the texts that stand in it.

>>> say(ours("Role of {name}", name="Ana"))
'Role of Ana'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext

from rasr.node.people.models import User

Told = str | Sequence[Any] | Mapping[str, Any]


def ours(message: str | Promise, **named: Told) -> Told:
    """A message that was marked by gettext_lazy, with what stands in its braces."""
    with translation.override(None):  # the message itself, as it stands in the code
        return {"text": str(message), "with": named}


def somebody(user: User) -> Told:
    """A person, named when it is told."""
    return {"person": user.pseudonym}


def called(user: User) -> str:
    """How somebody is called on pages: by name, else as they sign in; by pseudonym once erased."""
    return user.pseudonym if user.erased_at else user.get_full_name() or user.get_username()


def say(told: Told, known: Mapping[str, str] | None = None) -> str:
    """The text in the language in force. known: pseudonyms to names; who is missing there is looked up."""
    if isinstance(told, str):
        return told
    if not isinstance(told, Mapping):
        return "; ".join(say(each, known) for each in told)
    if "person" in told:
        return _named(told["person"], known or {})
    return gettext(told["text"]).format(**{name: say(inner, known) for name, inner in told["with"].items()})


def say_each(told: Told, known: Mapping[str, str] | None = None) -> list[str]:
    """As ``say``, the members of a list apart."""
    several = told if isinstance(told, Sequence) and not isinstance(told, str) else [told]
    return [say(each, known) for each in several]


def _named(pseudonym: str, known: Mapping[str, str]) -> str:
    if pseudonym in known:
        return known[pseudonym]
    found = User.objects.filter(pseudonym=pseudonym).first()
    return called(found) if found else pseudonym
