"""Somebody signed in to the gallery."""

from __future__ import annotations

import pytest
from django.test import Client

from rasr.node.people.models import User


@pytest.fixture
def reader(db: None) -> Client:
    """A client of one of thirty users, of whom one has a name that would run as a formula."""
    del db  # asked for, so that there is a database
    User.objects.bulk_create(
        User(username=f"user{at:02}", last_name="=1+1" if at == 3 else f"Name {at}") for at in range(30)
    )
    client = Client()
    client.force_login(User.objects.get(username="user00"))
    return client
