"""Who is there."""

from __future__ import annotations

from django.db.models import QuerySet

from rasr.node.people.models import User


def users() -> QuerySet[User]:
    """Every user with their grants, by name: for the machine's own administrator."""
    return User.objects.prefetch_related("grants").order_by("username")
