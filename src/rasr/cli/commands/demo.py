"""``rasr demo``: the main job on the sample region, from records to a joint plan, in one go."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rasr.cli import nodes
from rasr.cli.commands import assess as assess_command
from rasr.cli.commands import plan as plan_command
from rasr.cli.commands.serve import serve
from rasr.cli.runs import MARKER
from rasr.cli.say import Say
from rasr.core.assessment.assess import Assessment
from rasr.core.basis.findings import Refused
from rasr.core.plan.result import Plan
from rasr.core.records.region import Region
from rasr.facade import day_of
from rasr.facade import plan as work_out
from rasr.node import config
from rasr.node.web.private import private_folder
from rasr.sample import make_sample

SETTINGS = 'mode = "demo"\nname = "RASR demo"\nlog_level = "warning"\n'
TOLD = {
    "planner": "everything; loads records, assesses, plans",
    "technical_officer": "everything; assesses",
    "storekeeper": "one site",
    "approver": "everything; is the second person for roles",
    "auditor": "everything and the trail, changes nothing",
    "administrator": "people and the node, no stock",
}
"""What each account of the demo is for."""


def demo(args: Namespace, say: Say) -> int:
    """Sample, check, assess and plan, each in a folder of its own; what is kept and still true is not done again."""
    asked: dict[str, Any] = {"as_of": None, "exact": False, "language": "en", "again": False}
    asked |= {"alone": False, "partial": False, "decided": None, "works": None, "rate": None}
    region = _sample(args, say, args.out / "region")
    counts = Counter(finding.severity for finding in region.check(as_of=day_of(region)))
    say.line(f"Checked: {counts['error']} errors, {counts['warning']} warnings, {counts['note']} notes.")
    options = Namespace(**asked)
    said, assessment = assess_command.assessed(options, say, region, args.out / "assessment")
    assess_command.tell(say, assessment, region, args.out / "assessment")
    fresh: list[Plan] = []
    plan = plan_command.planned(options, say, region, assessment, args.out / "plan", fresh.append)
    plan_command.tell(say, plan, region, args.out / "plan")
    say.result(assessment=said, plan=plan["plan"])
    if args.no_serve:
        return 0
    return _serve(args, say, region, assessment, lambda: fresh[0] if fresh else work_out(region, assessment))


def _serve(args: Namespace, say: Say, region: Region, assessment: Assessment, planned: Callable[[], Plan]) -> int:
    """The same in a browser: a node with its accounts, served until it is told to stop."""
    home = private_folder(args.out / "node")
    if not (home / config.FILE).exists():
        (home / config.FILE).write_text(SETTINGS, encoding="utf-8")
    node = Namespace(home=home, bind=args.bind, workers=None, no_worker=False)
    nodes.begin(node)
    from rasr.cli.commands.demo_node import fill  # its models need Django

    say.line()
    say.line(f"Node in {home}: the same records, assessment and plan in a browser.")
    with say.progress("Filling the node") as progress:
        accounts = fill(home, region, assessment, planned, progress)
    rows = [(name, password, TOLD[name]) for name, password in accounts.items()]
    say.table("Accounts of the demo (on this machine only)", ("user", "password", "sees"), rows, left=3)
    return serve(node, say)


def _sample(args: Namespace, say: Say, place: Path) -> Region:
    """The sample region, read back from its folder; written there unless it is there already.

    Raises Refused("output_exists") where another region is there that no demo has left: it may be somebody's own.
    """
    made = Region.from_frames(make_sample(args.seed, args.scale))
    try:
        region = Region.read(place)
    except Refused:
        region = None
    if region is None or region.digest() != made.digest():
        if region is not None and not (args.out / "assessment" / MARKER).is_file():
            raise Refused("output_exists", path=str(place))
        made.write(place)
        region = Region.read(place)
    say.line(f"Sample region (synthetic, seed {args.seed}, scale {args.scale:g}): {place}")
    return region
