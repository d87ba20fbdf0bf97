"""``rasr demo``: the main job on the sample region, from records to a joint plan, in one go."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from pathlib import Path

from rasr.cli.commands import assess as assess_command
from rasr.cli.commands import plan as plan_command
from rasr.cli.runs import MARKER
from rasr.cli.say import Say
from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.facade import day_of
from rasr.sample import make_sample


def demo(args: Namespace, say: Say) -> int:
    """Sample, check, assess and plan, each in a folder of its own; what is kept and still true is not done again."""
    asked = {"as_of": None, "exact": False, "language": "en", "again": False, "alone": False, "partial": False}
    region = _sample(args, say, args.out / "region")
    counts = Counter(finding.severity for finding in region.check(as_of=day_of(region)))
    say.line(f"Checked: {counts['error']} errors, {counts['warning']} warnings, {counts['note']} notes.")
    options = Namespace(**asked)
    said, assessment = assess_command.assessed(options, say, region, args.out / "assessment")
    assess_command.tell(say, assessment, region, args.out / "assessment")
    plan = plan_command.planned(options, say, region, assessment, args.out / "plan")
    plan_command.tell(say, plan, region, args.out / "plan")
    say.result(assessment=said, plan=plan["plan"])
    return 0


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
