"""Whether the node sends mail, and in which language it writes to somebody."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from rasr.node.people.models import User


def sends() -> bool:
    """Whether there is a mail server."""
    return bool(settings.NODE.smtp_host)


def language_for(email: str) -> str:
    """The language of who has this address; else that of the page on which it was given."""
    user = User.objects.filter(email__iexact=email, is_active=True).exclude(language="").first()
    return user.language if user else translation.get_language() or settings.LANGUAGE_CODE
