"""``rasr plan`` with a study: every group of jurisdictions, danger against money, scenarios, how sure the queue is."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

import polars as pl

from rasr.cli import numbers
from rasr.cli.commands.assess import executor_of
from rasr.cli.runs import keep, kept, ready, run_of
from rasr.cli.say import Say
from rasr.core.assessment.assess import Assessment
from rasr.core.assessment.assess import assess as work_out
from rasr.core.basis.executor import Executor
from rasr.core.basis.findings import Refused
from rasr.core.plan.build import build_problem
from rasr.core.plan.cooperation import cooperate
from rasr.core.plan.draws import first_queue
from rasr.core.plan.frontier import frontier
from rasr.core.plan.game import NO, YES
from rasr.core.plan.options import Options
from rasr.core.plan.scenarios import Change, Given, compare, read_changes
from rasr.core.plan.strategic import strategic_problem
from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.facade import day_of
from rasr.report.disclosure import Disclosure
from rasr.report.folder import file_tail
from rasr.report.tables import write_tables

MOST_BYTES = 1_000_000
"""Of a file of scenarios."""
SHOWN = 15
"""Rows of a long table on the screen."""
Progress = Callable[[str, float], None]


@dataclass
class Found:
    """What studies found: tables to write, and what ``run.json`` says of them."""

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)


def asked(args: Namespace) -> bool:
    """Whether a study is asked for instead of one plan. Refused: bad_option for what goes with a study only."""
    studies = args.coalitions or args.frontier or args.scenarios is not None or args.draws is not None
    if args.members is not None and not args.coalitions:
        raise Refused("bad_option", option="--members", reason="it goes with --coalitions")
    if studies and args.alone:
        raise Refused("bad_option", option="--alone", reason="it does not go with a study")
    return bool(studies)


def study(args: Namespace, say: Say, region: Region, assessment: Assessment | None, mark: str) -> int:
    """Work out every study asked for, or find the kept run of them."""
    ready(args.out, args.language)
    as_of = assessment.as_of if assessment else day_of(region, args.as_of)
    changes = _changes(args.scenarios, region)
    words = {name: getattr(args, name) for name in ("coalitions", "members", "frontier", "draws", "seed", "partial")}
    run = run_of("study", region, mark, as_of=as_of, changes=changes, exact=args.exact, **words)
    executor = executor_of(args)
    said = None if args.again else kept(args.out, run.digest)
    if said is not None:
        say.line(f"Kept run of the same records in {args.out}.")
    else:
        with say.progress("Planning") as progress:
            danger = assessment or work_out(region, as_of=as_of)
            found = _worked_out(args, region, danger, as_of, changes, executor, progress)
        frames = {f"{name}{file_tail(mark)}": frame for name, frame in found.frames.items()}
        disclosure = Disclosure.of(region, exact=args.exact)

        def write(folder: Path) -> None:
            write_tables(frames, folder / "tables", disclosure)

        said = keep(run, args.out, {"studies": found.said}, write)
    _tell(say, said["studies"], region, args.out, mark)
    say.result(**said)
    return 0


def _changes(path: Path | None, region: Region) -> dict[str, list[Change]]:
    """The scenarios of a file of CSV. Refused: missing_file, unreadable_file, and as ``read_changes``."""
    if path is None:
        return {}
    if not path.is_file():
        raise Refused("unreadable_file", path=str(path), reason="there is no such file")
    data = path.read_bytes()
    if len(data) > MOST_BYTES:
        raise Refused("unreadable_file", path=str(path), reason="it is too large for a list of scenarios")
    separator = ";" if b";" in data.split(b"\n", 1)[0] else ","
    try:
        table = pl.read_csv(data, infer_schema=False, separator=separator)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as fault:
        raise Refused("unreadable_file", path=str(path), reason="it is no table in CSV") from fault
    changes = read_changes(table, region.settings.horizon_periods)
    if not changes:
        raise Refused("unreadable_file", path=str(path), reason="it holds no scenario")
    return changes


def _worked_out(
    args: Namespace,
    region: Region,
    danger: Assessment,
    as_of: date,
    changes: dict[str, list[Change]],
    executor: Executor,
    progress: Progress,
) -> Found:
    found = Found()
    pools, curves = danger.pools, danger.danger_curves
    if args.coalitions:
        problem = strategic_problem(region, pools, curves, as_of=as_of, partial=args.partial)
        members = None if args.members is None else [name.strip() for name in args.members.split(",") if name.strip()]
        together = cooperate(problem, members=members, executor=executor, progress=progress)
        found.frames |= {"coalitions": together.coalitions, "fair_split": together.members, "leaving": together.leaving}
        found.said["together"] = {
            "members": together.members.to_dicts(),
            "all": together.coalitions.row(-1, named=True),
            "verdicts": [{"code": code, "numbers": named} for code, named in together.verdicts],
        }
    if changes:
        given = Given(region, pools, as_of)
        compared = compare(given, curves, changes, executor=executor, progress=progress)
        found.frames |= {"scenarios": compared.scenarios, "scenario_queues": compared.queues}
        found.said["scenarios"] = compared.scenarios.to_dicts()
    if args.frontier or args.draws is not None:
        options = Options(partial=args.partial)
        problem = build_problem(region, pools, curves, as_of=as_of, options=options)
        if args.frontier:
            found.frames["frontier"] = frontier(problem, options=options, clock=monotonic, progress=progress)
            found.said["frontier"] = found.frames["frontier"].to_dicts()
        if args.draws is not None:
            how = {"draws": args.draws, "seed": args.seed, "options": options, "executor": executor}
            queue = first_queue(problem, **how, progress=progress)
            found.frames["first_year"] = queue
            found.said["first_year"] = queue.head(SHOWN).to_dicts()
            found.said["standing"] = dict(queue.group_by("standing", maintain_order=True).len().iter_rows())
    return found


def _tell(say: Say, said: dict[str, Any], region: Region, out: Path, mark: str) -> None:
    """The answers on the screen, each with its interval."""
    say.class_mark(mark)
    if "together" in said:
        _tell_together(say, said["together"], region)
    if "scenarios" in said:
        rows = [
            (
                row["scenario"],
                _between(row["fatalities_bound"], row["fatalities"]),
                numbers.interval(row["worse_low"], row["worse_high"]) if row["different"] else "",
                row["different"].replace("_", " "),
                numbers.tonnes(row["mass_kg"]),
                numbers.thousand_euro(row["cost_eur"]),
                str(row["deadlines_missed"]),
                numbers.percent(row["first_year_changed_share"]),
            )
            for row in said["scenarios"]
        ]
        heads = ("scenario", "fatalities", "more than as it is", "different", "t", "kEUR", "deadlines missed")
        say.table("Scenarios (expected fatalities over the horizon)", (*heads, "first year changed"), rows)
    if "frontier" in said:
        _tell_frontier(say, said["frontier"])
    if "first_year" in said:
        _tell_queue(say, said)
    say.line(f"Tables: {out / 'tables'}")


def _tell_together(say: Say, said: dict[str, Any], region: Region) -> None:
    members = pl.DataFrame(said["members"])
    named = region.table("jurisdictions").select("jurisdiction_id", "name", "capital", "footnote")
    ordered = members.join(named, on="jurisdiction_id").sort("capital", "name", nulls_last=True)
    rows = [
        (
            row["name"],
            _between(row["alone_low"], row["alone_high"]),
            numbers.danger(row["fair_share"]),
            _between(row["fair_low"], row["fair_high"]),
            numbers.danger(row["steady_share"]),
            numbers.danger(row["at_home"]),
        )
        for row in ordered.iter_rows(named=True)
    ]
    everyone = said["all"]
    sums = {name: numbers.danger(float(members[name].sum())) for name in ("fair_share", "steady_share", "at_home")}
    together = _between(everyone["averted_low"], everyone["averted_high"])
    rows.append(("Together", together, sums["fair_share"], "", sums["steady_share"], sums["at_home"]))
    heads = ("jurisdiction", "by itself", "fair share", "interval", "steady share", "at its own sites")
    say.table("What can be averted (expected fatalities over the horizon; strategic level)", heads, rows)
    for verdict in said["verdicts"]:
        say.line(loader.say(verdict["code"], verdict["numbers"]))
    for note in ordered["footnote"].drop_nulls().unique(maintain_order=True):
        say.line(f"* {note}")


def _tell_frontier(say: Say, said: list[dict[str, Any]]) -> None:
    rows = [
        (
            numbers.percent(row["budget_share"]),
            numbers.thousand_euro(row["budget_eur"]),
            "none" if row["fatalities"] is None else _between(row["fatalities_bound"], row["fatalities"]),
            "" if row["averted_per_million_eur"] is None else numbers.danger(row["averted_per_million_eur"]),
            "" if row["knee"] == NO else "knee" if row["knee"] == YES else "knee?",
        )
        for row in said
    ]
    heads = ("of the funds", "kEUR", "fatalities", "averted by a million EUR more", "")
    say.table("Danger against money (expected fatalities over the horizon)", heads, rows)
    for row in said:
        if row["knee"] != NO:
            code = "frontier_knee" if row["knee"] == YES else "frontier_knee_open"
            say.line(loader.say(code, {"budget": numbers.euro(row["budget_eur"])}))


def _tell_queue(say: Say, said: dict[str, Any]) -> None:
    rows = [
        (
            row["pool_id"],
            row["standing"],
            numbers.percent(row["in_queue_share"]),
            numbers.tonnes(row["central_kg"]),
            f"{numbers.tonnes(row['least_kg'])} to {numbers.tonnes(row['most_kg'])}",
        )
        for row in said["first_year"]
    ]
    heads = ("pool", "standing", "of the draws", "t by plan", "t by draws")
    say.table("The first year's queue, the surest first", heads, rows, left=2)
    say.line("Pools: " + ", ".join(f"{count} {standing}" for standing, count in said["standing"].items()))


def _between(low: float, high: float) -> str:
    """From one to the other, as exactly as danger is told: these intervals come from gaps and are narrow."""
    return f"{numbers.danger(low)} to {numbers.danger(high)}"
