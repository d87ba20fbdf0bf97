"""``rasr assess``: how dangerous the stock is, where and why; kept, and answered again while nothing has changed."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import asdict, replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

from rasr import report
from rasr.cli import numbers
from rasr.cli.runs import MARKER, Run, keep, kept, mark_of, open_region, ready, run_of, unchanged
from rasr.cli.say import Say
from rasr.core.assessment.assess import Assessment, Blind
from rasr.core.assessment.assess import assess as work_out
from rasr.core.basis.executor import Cluster, Executor, Processes, Serial
from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.core.report.worst import ten_worst
from rasr.facade import day_of
from rasr.report.disclosure import Disclosure
from rasr.report.folder import file_name
from rasr.report.scribe import Scribe
from rasr.report.shared_sections import reason_told

PLACES = {
    "stores": ("stores", "store_id", "store_id"),
    "sites": ("sites", "site_id", "site_id"),
    "pools": ("sites", "origin_id", "site_id"),
}
"""Frames with positions: the region's table that has the exact ones, the frame's key and the table's."""
RATES = ("fatalities_per_year", "fatalities_per_year_low", "fatalities_per_year_high")


def assess(args: Namespace, say: Say) -> int:
    """Assess a region, or find the kept run of it."""
    region, mark = open_region(args)
    said, assessment = assessed(args, say, region, args.out, mark)
    tell(say, assessment, region, args.out, mark)
    stores = Disclosure.of(region, exact=args.exact).frame(assessment.stores)
    say.result(**said, stores=stores.to_dicts())
    return 0


def assessed(args: Namespace, say: Say, region: Region, out: Path, mark: str = "") -> tuple[dict[str, Any], Assessment]:
    """The assessment of the region: the kept one of the folder, else worked out and kept there, under its mark."""
    ready(out, args.language)
    as_of = day_of(region, args.as_of)
    run = run_of("assess", region, mark, as_of=as_of, exact=args.exact, language=args.language)
    said = None if args.again else kept(out, run.digest)
    if said is not None:
        say.line(f"Kept run of the same records in {out}.")
        return said, read_back(out, region, said)
    with say.progress("Assessing") as progress:
        assessment = work_out(region, as_of=as_of, executor=executor_of(args), progress=progress)
    return _keep(run, out, assessment, args), assessment


def executor_of(args: Namespace) -> Executor:
    """Where the command's heavy work runs. Refused: not_available, not_above_zero."""
    if getattr(args, "cluster", None):
        if find_spec("distributed") is None:
            reason = "the extra cluster is not installed: pip install 'rasr[cluster]'"
            raise Refused("not_available", what="--cluster", reason=reason)
        return Cluster(args.cluster)
    workers = getattr(args, "workers", 1)
    if workers < 1:
        raise Refused("not_above_zero", quantity="--workers", value=workers)
    return Serial() if workers == 1 else Processes(workers)


def _keep(run: Run, out: Path, assessment: Assessment, args: Namespace) -> dict[str, Any]:
    found = {
        "as_of": assessment.as_of.isoformat(),
        "inputs_digest": assessment.inputs_digest,
        "blind": asdict(assessment.blind),
        **{name: float(assessment.sites[name].sum()) for name in RATES},
    }

    def write(folder: Path) -> None:
        report.write(assessment, folder, region=run.region, exact=args.exact, language=args.language, mark=run.mark)

    return keep(run, out, found, write)


def read_back(out: Path, region: Region, said: dict[str, Any] | None = None) -> Assessment:
    """The assessment kept in a folder, with the positions of the region (those in the folder are coarse).

    Raises Refused where the folder holds none, one that was changed, or one of other records.
    """
    try:
        said = said or json.loads((out / MARKER).read_text(encoding="utf-8"))
        same = said["inputs_digest"] == region.digest(), said["rule_edition"] == loader.edition()
        if not all(same):
            other = "with other rule data" if same[0] else "from other records"
            raise Refused("bad_option", option=f"--assessment {out}", reason=f"it was made {other}; assess it again")
        if not unchanged(out, said):
            raise Refused("unreadable_file", path=str(out), reason="its files were changed; assess the region again")
        names = ["stores", "sites", "distances", "pools", "danger_curves", "exclusions", "methods"]
        mark = mark_of(out)
        frames = {name: pl.read_parquet(out / "tables" / file_name(f"{name}.parquet", mark)) for name in names}
        placed: dict[str, Any] = {name: _placed(frame, region, name) for name, frame in frames.items()}
        return Assessment(
            as_of=day_of(region, _day(said["as_of"])),
            blind=Blind(**said["blind"]),
            inputs_digest=said["inputs_digest"],
            rule_edition=said["rule_edition"],
            version=said["version"],
            region=region,
            **placed,
        )
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as fault:
        raise Refused("unreadable_file", path=str(out), reason="it holds no assessment") from fault


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _placed(frame: pl.DataFrame, region: Region, name: str) -> pl.DataFrame:
    """The frame with the exact positions of the region's own places."""
    table, key, own = PLACES.get(name, ("", "", ""))
    if not table:
        return frame
    exact = region.table(table).select(pl.col(own).alias(key), "latitude_deg", "longitude_deg")
    joined = frame.join(exact, on=key, how="left", suffix="_exact", maintain_order="left")
    columns = [pl.coalesce(f"{column}_exact", column).alias(column) for column in ("latitude_deg", "longitude_deg")]
    return joined.with_columns(columns).select(frame.columns)


def tell(say: Say, assessment: Assessment, region: Region, out: Path, mark: str = "") -> None:
    """The answer on the screen: how dangerous, and the ten worst stores with their reasons."""
    sites = assessment.sites
    total, low, high = (float(sites[name].sum()) for name in RATES)
    say.class_mark(mark)
    say.line()
    say.line(
        f"Expected fatalities per year from explosions: {numbers.danger(total)} ({numbers.interval(low, high)}), "
        f"{sites.height:,} sites, {assessment.stores.height:,} stores, as of {assessment.as_of}."
    )
    told = numbers.blind(assessment.blind.mass_share, assessment.blind.neq_share)
    say.line(f"{told[0].upper()}{told[1:]}; methods and their status: see the report.")
    say.line()
    scribe = Scribe(region, Disclosure.of(region, exact=False), "en")
    coarse = replace(assessment, stores=scribe.disclosure.frame(assessment.stores))
    rows = [
        (
            str(store.rank),
            f"{store.store_id}, {scribe.site(store.site_id)}",
            store.jurisdiction_id,
            numbers.danger(store.fatalities_per_year),
            numbers.interval(store.low, store.high),
            "; ".join(reason_told(reason, scribe).removesuffix(".") for reason in store.reasons),
        )
        for store in ten_worst(coarse)
    ]
    if rows:
        heads = ("", "store", "of", "per year", "interval", "why")
        say.table("The ten most dangerous stores (expected fatalities per year)", heads, rows, left=6)
    say.line(f"Report: {out / file_name('report.html', mark)}")
