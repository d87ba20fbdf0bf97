"""Two people decide at the same moment, each over a connection of their own: one decision holds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from tests.node.conftest import somebody

from rasr.core.basis.findings import Refused
from rasr.node.people import services
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Entry, User
from rasr.node.people.place import NODE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("on_disk")]


def test_of_two_decisions_at_once_one_is_told() -> None:
    vera, ana = somebody("vera", "administrator"), somebody("ana", "storekeeper")
    deciders = [somebody(name, "approver") for name in ("boris", "mila")]
    asked = services.ask_grant(actor=vera, session="s", user_id=ana.pk, role="planner", place=NODE, reason="So.")

    def decide(person: User) -> str:
        try:
            return approvals.decide(
                actor=person,
                session=person.username,
                approval_id=asked.pk,
                approve=True,
                reason="Seen.",
                digest=asked.digest,
            ).state
        except Refused as fault:
            return fault.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        ended = sorted(pool.map(decide, deciders))
    assert ended == ["approval_closed", "approved"]
    assert ana.grants.filter(role="planner").count() == 1
    assert Entry.objects.filter(act="grant.give").count() == 1


def test_of_two_who_would_close_each_other_one_is_left() -> None:
    both = [somebody("vera", "administrator"), somebody("boris", "administrator")]

    def close(person: User) -> bool:
        other = next(each for each in both if each != person)
        try:
            services.deactivate(actor=person, user_id=other.pk, reason="So.")
        except Exception:  # whatever the answer is to who has no account any more
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(close, both)) == [False, True]
    assert User.objects.filter(is_active=True).count() == 1
