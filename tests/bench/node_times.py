"""Makes a node with the sample and times its pages: ``python -m tests.bench.node_times HOME SCALE``, JSON at the end.

In a process of its own, with the settings of a demo: Django's test client asks, so what is timed is the server alone.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from rasr.core.assessment.assess import assess
from rasr.core.plan.options import Options
from rasr.core.plan.planner import plan_both
from rasr.core.records.region import Region
from rasr.facade import day_of
from rasr.node.start import start
from rasr.sample import make_sample

SEED = 1
ROUNDS = 5
LARGEST_PLANNED = 1.0
"""At a larger scale the plan of the sample at this one is kept: to find one takes many minutes."""
QUICK = Options(rounds=1, gap=0.5, nearest_lines=2, widest_lines=1)
"""A plan with every table, found in a fraction of the time: its worth is not what is measured here."""

NOT_TIMED = ("people:sign-in", "host:certificate", "host:ready", "records:template", "records:whole-register")
"""Pages of who is not signed in, files, and what waits for a worker."""


def made(home: Path, scale: float) -> dict[str, Any]:
    """Load, assess and plan; seconds of the loading, and the runs."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / "node.toml").write_text('mode = "demo"\nlog_level = "error"\n', encoding="utf-8")
    start(home)
    # the models can be loaded only when Django has been set up
    from rasr.node.assessment import services as assessments
    from rasr.node.host.home import prepare
    from rasr.node.people import services as people
    from rasr.node.plan import services as plans
    from rasr.node.records import services as records

    prepare()
    planner = people.add_user(username="planner", password="planner", role="planner", check_password=False)
    region = Region.from_frames(make_sample(SEED, scale))
    began = time.perf_counter()
    records.load_region(actor=planner, region=region, complete=True, source="bench")
    load_s = time.perf_counter() - began
    as_of = day_of(region)
    assessment = assess(region, as_of=as_of)
    run = assessments.keep(actor=planner, assessment=assessment, register_version=1, duration_s=1.0)
    smaller = Region.from_frames(make_sample(SEED, min(scale, LARGEST_PLANNED)))
    both = plan_both(smaller, assess(smaller, as_of=as_of), as_of=as_of, options=QUICK)
    planned = plans.keep(
        actor=planner,
        plan=replace(both.joint, assessment=assessment),
        alone=both.alone,
        assessment_run=run,
        register_version=1,
        options=QUICK,
        duration_s=1.0,
    )
    worst = assessment.stores.sort("fatalities_per_year", "store_id").row(-1, named=True)
    held = region.table("stock").filter(store_id=worst["store_id"])
    ids = {"store_id": worst["store_id"], "site_id": worst["site_id"], "article_id": held["article_id"][0]}
    return {"load_s": load_s, "run": str(run.pk), "plan": str(planned.pk), "ids": ids}


def timed(found: dict[str, Any]) -> dict[str, float]:
    """Milliseconds of each page at its quickest, by its name."""
    from django.test import Client
    from django.urls import reverse
    from tests.browser.walk import BY_POST, views

    from rasr.node.people.models import User

    known = {**found["ids"], "assessment:run_id": found["run"], "plan:run_id": found["plan"]}
    tables = {"assessment:table": {"name": "stores"}, "plan:table": {"which": "joint", "name": "shipments"}}
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="planner"))
    times = {}
    for view, names in views().items():
        values = {name: known.get(f"{view.split(':')[0]}:{name}", known.get(name)) for name in names}
        values |= tables.get(view, {})
        if view in (*BY_POST, *NOT_TIMED) or None in values.values():
            continue
        path = reverse(view, kwargs=values)
        times[view] = 1000 * min(took_s(client, path) for _ in range(ROUNDS))
    return times


def took_s(client: Any, path: str) -> float:
    """Seconds until the whole answer is there."""
    began = time.perf_counter()
    answer = client.get(path)
    size = sum(map(len, answer)) if answer.streaming else len(answer.content)
    assert answer.status_code == 200, f"{path}: {answer.status_code}, {size} bytes"
    return time.perf_counter() - began


if __name__ == "__main__":
    node = made(Path(sys.argv[1]), float(sys.argv[2]))
    print(json.dumps({"load_s": node["load_s"], "pages_ms": timed(node)}))
