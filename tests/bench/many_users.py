"""A node with the sample at scale 1 and 200 users who are signed in: ``python -m tests.bench.many_users HOME``.

Prints as JSON the name of the cookie and, for each user, the cookie and the pages they open in turn. Signing in is not
part of what is measured, so the sessions begin here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from tests.bench.node_times import made

USERS = 200
ROLES = ("storekeeper", "technical_officer", "storekeeper", "planner", "storekeeper", "auditor", "technical_officer")
"""Who comes, in turn: mostly people of one site, some of an organisation, some who see the whole node."""
EVERYBODY = ("desk:home", "desk:stores", "records:stock", "records:catalogue", "desk:sites", "people:activity")
WHOLE_NODE = {
    "planner": ("plan:runs", "assessment:runs", "jobs:jobs"),
    "auditor": ("plan:runs", "assessment:runs", "people:trail"),
}
SCALE = 1.0


def users() -> Iterator[dict[str, Any]]:
    """Make the users with their sessions; gives the cookie and the pages of each."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from rasr.node.people.models import Grant, User
    from rasr.node.places.models import Site, Store

    sites = list(islice(cycle(Site.objects.filter(store__isnull=False).distinct().order_by("site_id")), USERS))
    for number, (role, site) in enumerate(zip(islice(cycle(ROLES), USERS), sites, strict=True)):
        user = User(username=f"user-{number}")
        user.set_unusable_password()
        user.save()
        place = {"storekeeper": {"site": site}, "technical_officer": {"organisation_id": site.organisation_id}}
        Grant.objects.create(user=user, role=role, **place.get(role, {}))
        browser = Client()
        browser.force_login(user)
        store = Store.objects.filter(site=site).order_by("store_id").first()
        assert store is not None
        pages = [reverse(name) for name in EVERYBODY]
        pages += [reverse("desk:site", args=[site.pk]), reverse("desk:store", args=[store.pk])]
        pages += [reverse(name) for name in WHOLE_NODE.get(role, ())]
        cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
        yield {"cookie": cookie, "pages": pages[number % len(pages) :] + pages[: number % len(pages)]}


if __name__ == "__main__":
    made(Path(sys.argv[1]), SCALE)
    from django.conf import settings as of_node  # known only when Django has been set up

    print(json.dumps({"cookie_name": of_node.SESSION_COOKIE_NAME, "users": list(users())}))
