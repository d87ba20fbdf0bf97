"""Letters by mail, where the node has a mail server; each in the language of who gets it.

A letter that cannot be sent stops nothing: whoever asked is told, or the pages say it anyway.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from rasr.node.people import mail
from rasr.node.people.models import Invitation, User

log = logging.getLogger("rasr.people")


def invited(invitation: Invitation, code: str, address: str) -> bool:
    """Send an invitation with its code. address: of the page to join. Gives whether it was sent."""
    told = {"invitation": invitation, "code": code, "address": address, "node_name": settings.NODE.name}
    with translation.override(invitation.language):
        return _send(invitation.email, _("You are invited to RASR"), "people/invitation_mail.txt", told)


def factor_asked_off(user: User) -> bool:
    """Tell the owner of an account that somebody wants its second factor taken off. Gives whether it was sent."""
    with translation.override(user.language or settings.NODE.language):
        told = {"name": user.get_full_name() or user.username, "hours": settings.NODE.delay_hours}
        return _send(user.email, _("Your second factor"), "people/second_factor_mail.txt", told)


def _send(address: str, subject: str, template: str, told: dict[str, Any]) -> bool:
    if not address or not mail.sends():
        return False
    try:
        send_mail(subject, render_to_string(template, told), None, [address])
    except OSError as fault:  # of the network, and whatever a mail server says
        log.warning("a letter could not be sent", exc_info=fault)
        return False
    return True
