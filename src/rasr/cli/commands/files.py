"""``rasr sample`` and ``rasr template``: regions to start from."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from rasr.cli.say import Say
from rasr.core.basis.findings import Refused
from rasr.core.records.files.template import write_template
from rasr.core.records.region import Region
from rasr.sample import make_sample


def sample(args: Namespace, say: Say) -> int:
    """Write the synthetic region."""
    region = Region.from_frames(make_sample(args.seed, args.scale))
    if not _may_replace(args.out, region):
        raise Refused("output_exists", path=str(args.out))
    region.write(args.out)
    counts = {name: region.table(name).height for name in sorted(region.given)}
    say.line(f"Synthetic region, seed {args.seed}, scale {args.scale:g}, written to {args.out}")
    say.line(", ".join(f"{count:,} {name}" for name, count in counts.items() if count))
    say.line(f"Next: rasr check {args.out}")
    say.result(path=str(args.out), seed=args.seed, scale=args.scale, rows=counts)
    return 0


def _may_replace(place: Path, region: Region) -> bool:
    """Whether nothing is there but the same region: another may be somebody's own records."""
    if not place.exists() or (place.is_dir() and not any(place.iterdir())):
        return True
    try:
        return Region.read(place).digest() == region.digest()
    except Refused:
        return False


def template(args: Namespace, say: Say) -> int:
    """Write the blank workbook."""
    if args.out.suffix.lower() != ".xlsx":
        raise Refused("bad_option", option=str(args.out), reason="the name of the workbook must end in .xlsx")
    if args.out.exists():
        raise Refused("output_exists", path=str(args.out))
    write_template(args.out)
    say.line(f"Blank workbook written to {args.out}; its first sheet says how to fill it in.")
    say.line(f"Next: rasr check {args.out} --annotate marked.xlsx")
    say.result(path=str(args.out))
    return 0
