"""``rasr plan``: what to destroy first, where, when and with whose money, together and alone."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import polars as pl

from rasr import report
from rasr.cli import numbers
from rasr.cli.commands.assess import read_back
from rasr.cli.commands.studies import asked, study
from rasr.cli.decided import read_decided
from rasr.cli.offered import read_works
from rasr.cli.runs import Run, keep, kept, mark_of, open_region, ready, run_of
from rasr.cli.say import Say
from rasr.core.assessment.assess import Assessment
from rasr.core.assessment.assess import assess as work_out
from rasr.core.basis.findings import Number, Refused
from rasr.core.plan.options import Options
from rasr.core.plan.planner import plan_alone, plan_both
from rasr.core.plan.result import Plan
from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.facade import day_of
from rasr.report.folder import file_name

COMPARED = ("mass_destroyed_kg", "cost_eur", "objective_fatalities", "danger_before", "danger_after", "bound", "gap")


@dataclass(frozen=True)
class Answer:
    """A plan, and the plan alone it is set beside (None where the plan itself is the one alone)."""

    plan: Plan
    alone: Plan | None


def plan(args: Namespace, say: Say) -> int:
    """Plan a region, or find the kept run of it."""
    region, mark = open_region(args)
    assessment = read_back(args.assessment, region) if args.assessment else None
    mark = mark or (mark_of(args.assessment) if args.assessment else "")
    if asked(args):
        return study(args, say, region, assessment, mark)
    said = planned(args, say, region, assessment, args.out, mark=mark)
    tell(say, said, region, args.out, mark)
    say.result(**said)
    return 0


def planned(
    args: Namespace,
    say: Say,
    region: Region,
    assessment: Assessment | None,
    out: Path,
    fresh: Callable[[Plan], object] = lambda _: None,
    mark: str = "",
) -> dict[str, Any]:
    """What ``run.json`` says of the plan: the kept one of the folder, else worked out and kept there.

    fresh: told the plan, with the plans alone attached, where it had to be worked out.
    """
    ready(out, args.language)
    as_of = assessment.as_of if assessment else day_of(region, args.as_of)
    if args.alone and args.decided:
        reason = "what was decided by hand is of the joint plan; leave out --alone"
        raise Refused("not_available", what="--decided", reason=reason)
    holds = read_decided(args.decided) if args.decided else ()
    if bool(args.works) != (args.rate is not None):
        reason = "--works and --rate go together: the rate is what one unit of the diversion index is worth"
        raise Refused("not_available", what="--works" if args.works else "--rate", reason=reason)
    works = read_works(args.works, args.rate) if args.works else ()
    options = Options(alone=args.alone, partial=args.partial, holds=holds, works=works)
    run = run_of("plan", region, mark, as_of=as_of, options=options, exact=args.exact, language=args.language)
    said = None if args.again else kept(out, run.digest)
    if said is not None:
        say.line(f"Kept run of the same records in {out}.")
        return said
    with say.progress("Planning") as progress:
        danger = assessment or work_out(region, as_of=as_of)
        how: dict[str, Any] = {"as_of": as_of, "options": options, "clock": monotonic, "progress": progress}
        if args.alone:
            answer = Answer(plan_alone(region, danger, **how), None)
        else:
            both = plan_both(region, danger, **how)
            answer = Answer(both.joint, both.alone)
    fresh(replace(answer.plan, region=region, assessment=danger, alone=answer.alone))
    return _keep(run, out, answer, danger, args)


def _keep(run: Run, out: Path, answer: Answer, danger: Assessment, args: Namespace) -> dict[str, Any]:
    summary = dict(answer.plan.summary)
    summary["by_jurisdiction"] = answer.plan.by_jurisdiction.to_dicts()
    if answer.alone is not None:
        summary["alone_plan"] = {name: answer.alone.summary[name] for name in COMPARED}
        summary["alone_plan"]["by_jurisdiction"] = answer.alone.by_jurisdiction.to_dicts()

    def write(folder: Path) -> None:
        shown = replace(answer.plan, summary=summary)
        text = json.dumps(summary, indent=1, ensure_ascii=False)
        (folder / file_name("plan.json", run.mark)).write_text(text, encoding="utf-8")
        report.write(
            shown,
            folder,
            region=run.region,
            assessment=danger,
            alone=answer.alone,
            exact=args.exact,
            language=args.language,
            mark=run.mark,
        )

    return keep(run, out, {"plan": summary}, write)


def tell(say: Say, said: dict[str, Any], region: Region, out: Path, mark: str = "") -> None:
    """The answer on the screen: the plan in two sentences, and joint against alone."""
    summary = said["plan"]
    say.class_mark(mark)
    say.line()
    say.line(
        f"{'Alone' if summary['alone'] else 'Joint'} plan from {summary['starts_on']}, {summary['periods']} periods of "
        f"{summary['period_months']} months: {numbers.tonnes(summary['mass_destroyed_kg'])} t of "
        f"{numbers.tonnes(summary['mass_planned_kg'])} t that may be planned, EUR {numbers.euro(summary['cost_eur'])}."
    )
    say.line(
        f"Danger {numbers.danger(summary['danger_before'])} -> {numbers.danger(summary['danger_after'])} expected "
        f"fatalities per year; over the horizon {numbers.danger(summary['objective_fatalities'])} instead of "
        f"{numbers.danger(summary['objective_doing_nothing'])}."
    )
    say.line(
        f"No plan can do better than {numbers.danger(summary['bound'])} (gap {numbers.percent(summary['gap'])} of the "
        f"total, {numbers.percent(summary['gap_of_avoidable'])} of what can be avoided; {summary['status']}); "
        f"{numbers.blind(summary['blind_share']['mass'], summary['blind_share']['neq'])}."
    )
    if by_hand := summary.get("by_hand"):
        low, high = numbers.danger(by_hand["fatalities_low"]), numbers.danger(by_hand["fatalities_high"])
        paid = numbers.thousand_euro(by_hand["cost_eur"])
        say.line(
            f"What was decided by hand costs {low} to {high} expected fatalities over the horizon and {paid} thousand "
            f"EUR, beside the best plan without it."
        )
    if works := summary.get("works"):
        cost, left = numbers.euro(works["cost_eur"]), numbers.danger(summary["objective_parts"]["diversion"])
        say.line(
            f"Security works: {works['done']} of {works['offered']} are done, EUR {cost}; of the diversion that works "
            f"on offer could remove {left} is left over the horizon, at the declared rate."
        )
    if beside := summary.get("greedy"):
        share = f"{100 * beside['averts_more_share']:.1f}"
        told: dict[str, Number] = {"fatalities": numbers.danger(beside["objective_fatalities"]), "share": share}
        say.line(loader.say("greedy_beside", told))
    missed = summary["deadlines_missed"]
    if missed:
        say.line(f"Deadlines missed: {len(missed)} ({', '.join(missed[:3])}{' ...' if len(missed) > 3 else ''})")
    say.line()
    _tell_jurisdictions(say, summary, region)
    say.line(f"Report: {out / file_name('report.html', mark)}")


def _tell_jurisdictions(say: Say, summary: dict[str, Any], region: Region) -> None:
    alone = summary.get("alone_plan")
    ours = pl.DataFrame(summary["by_jurisdiction"])
    named = region.table("jurisdictions").select("jurisdiction_id", "name", "capital", "footnote")
    both = ours.join(named, on="jurisdiction_id", maintain_order="left").sort("capital", "name", nulls_last=True)
    if alone:
        both = both.join(
            pl.DataFrame(alone["by_jurisdiction"]), on="jurisdiction_id", suffix="_alone", maintain_order="left"
        )
    rows = [_row(row["name"], row, both=bool(alone)) for row in both.iter_rows(named=True)]
    names = ("mass_kg", "cost_eur", "danger_before", "danger_after")
    total = {name: ours[name].sum() for name in names}
    if alone:
        other = pl.DataFrame(alone["by_jurisdiction"])
        total |= {f"{name}_alone": other[name].sum() for name in names}
    rows.append(_row("Together", total, both=bool(alone)))
    heads = ["jurisdiction", "danger before"]
    heads += ["t joint", "t alone", "kEUR joint", "kEUR alone", "danger joint", "danger alone"] if alone else []
    heads += [] if alone else ["t", "kEUR", "danger after"]
    title = "Joint plan against each jurisdiction alone" if alone else "Each jurisdiction alone"
    say.table(f"{title} (danger: expected fatalities per year)", heads, rows)
    if alone:
        say.line(
            f"Over the horizon: joint {numbers.danger(summary['objective_fatalities'])}, alone "
            f"{numbers.danger(alone['objective_fatalities'])} expected fatalities."
        )
    for note in both["footnote"].drop_nulls().unique(maintain_order=True):
        say.line(f"* {note}")


def _row(name: str, row: dict[str, Any], *, both: bool) -> list[str]:
    told = (("mass_kg", numbers.tonnes), ("cost_eur", numbers.thousand_euro), ("danger_after", numbers.danger))
    cells = [name, numbers.danger(row["danger_before"])]
    for key, form in told:
        cells += [form(row[key])] + ([form(row[f"{key}_alone"])] if both else [])
    return cells
