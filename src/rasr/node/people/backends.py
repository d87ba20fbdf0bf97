"""Who a session belongs to: read with whether they have a second factor, so that no page has to ask once more."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Exists, OuterRef

from rasr.node.people import second_factor
from rasr.node.people.models import User

PEOPLE = User.objects.annotate(has_factor=Exists(second_factor.rows(OuterRef("pk"))))
"""Put together once: that takes longer than to ask for one of them, which every page does."""


class Backend(AuthenticationBackend):
    """Takes a user name or an e-mail address with a password."""

    def get_user(self, user_id: int) -> User | None:
        """The user of a session, with ``has_factor``; None where there is no such user or they may not come in."""
        try:
            user: User = PEOPLE.get(pk=user_id)
        except User.DoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None
