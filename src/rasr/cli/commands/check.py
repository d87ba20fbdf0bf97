"""``rasr check``: every fault at once, on the screen, as JSON, or in a marked copy of the user's own workbook."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from typing import Any

from rasr.cli.parser import Exit
from rasr.cli.runs import marked, matrix_of, read_region
from rasr.cli.say import Say
from rasr.core.basis.findings import Finding, Refused, Severity, has_errors
from rasr.core.records.files.annotate import annotate
from rasr.core.reference import loader
from rasr.facade import day_of

SHOWN = 40
ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}


def check(args: Namespace, say: Say) -> int:
    """Show the findings of a region, and whether any is an error."""
    _annotatable(args)
    region, mark = read_region(args)
    findings = region.check(as_of=args.as_of or day_of(region), matrix=matrix_of(args))
    if args.annotate:
        annotate(args.region, args.annotate, findings)
    counts = Counter(finding.severity for finding in findings)
    told = ", ".join(f"{counts[severity]:,} {severity}s" for severity in ORDER)
    say.class_mark(mark)
    _show(args, say, findings)
    say.line(f"{args.region}: {told}.")
    if args.annotate:
        say.line(f"Marked copy: {args.annotate}")
    told_json = [_as_json(finding) for finding in findings]
    say.result(**marked(mark), findings=told_json, counts={name: counts[name] for name in ORDER})
    return Exit.FOUND if has_errors(findings) else Exit.DONE


def _annotatable(args: Namespace) -> None:
    if args.annotate is None:
        return
    reason = None
    if not args.region.is_file():
        reason = "only a workbook can be marked; give one instead of a folder"
    elif args.annotate.suffix.lower() != ".xlsx":
        reason = "the name of the copy must end in .xlsx"
    elif args.annotate.exists() and args.annotate.samefile(args.region):
        reason = "the copy must not be the workbook itself"
    if reason:
        raise Refused("bad_option", option="--annotate", reason=reason)


def _show(args: Namespace, say: Say, findings: list[Finding]) -> None:
    worst = sorted(findings, key=lambda finding: ORDER[finding.severity])
    rows = [
        (
            finding.severity,
            finding.code,
            f"{finding.table} {'' if finding.row is None else f'row {finding.row}'} {finding.column}".strip(),
            loader.say_finding(finding),
        )
        for finding in worst[:SHOWN]
    ]
    if rows:
        say.table("Findings", ("severity", "code", "where", "what to do"), rows, left=4)
    if len(findings) > SHOWN:
        say.line(f"{len(findings) - SHOWN:,} more; all of them: rasr check {args.region} --json")


def _as_json(finding: Finding) -> dict[str, Any]:
    keys = ("code", "severity", "table", "row", "column", "value")
    return {**{key: getattr(finding, key) for key in keys}, "message": loader.say_finding(finding)}
