"""``rasr verify``: whether the trail and the movements are still what they were, by a witness held elsewhere.

On a node it is told, too, whether the ledger holds: what is kept follows from its lines, and they can be.
"""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasr.cli import nodes
from rasr.cli.parser import Exit
from rasr.cli.say import Say
from rasr.core.basis import seal
from rasr.core.basis.findings import Finding, Refused
from rasr.core.log import bundle, keys, witness
from rasr.core.log.verify import Verdict, verify_taken
from rasr.core.log.verify import verify as compare
from rasr.core.reference import loader

SHOWN = 40
LEGEND = (
    "people_entry: entries of the trail; records_movement, records_movementline, records_batch: movements of stock;",
    "records_signature: who put their name to a movement.",
    "Recorded between two checkpoints; - where there is none on that side.",
)


@dataclass(frozen=True)
class Ledger:
    """The ledger of a node: how many lines it has, and what does not hold."""

    lines: int
    faults: list[Finding]


def verify(args: Namespace, say: Say) -> int:
    """Show every difference. Raises Refused where it cannot be told from what was given."""
    verdict = _verdict(args, say)
    ledger = None if args.bundle is not None else _ledger()
    until = verdict.until.isoformat(timespec="seconds") if verdict.until else "a time that is not said"
    if verdict.findings:
        _show(say, "Differences", "where and when", verdict.findings)
        for line in LEGEND:
            say.line(line)
    many = len(verdict.findings)
    told = f"{many:,} {'difference' if many == 1 else 'differences'}" if many else "nothing was changed"
    say.line(f"{verdict.leaves:,} leaves, signed until {until}: {told}.")
    if verdict.newer:
        say.line(f"{verdict.newer:,} leaves are newer than this witness: it says nothing of them.")
    if ledger is not None:
        _tell(say, ledger)
    found = [*verdict.findings, *(ledger.faults if ledger else ())]
    counts = Counter(finding.code for finding in found)
    say.result(
        leaves=verdict.leaves,
        until=until,
        newer=verdict.newer,
        findings=[_as_json(finding) for finding in found],
        ledger_lines=ledger.lines if ledger else None,
        counts=dict(sorted(counts.items())),
    )
    return Exit.FOUND if found else Exit.DONE


def _verdict(args: Namespace, say: Say) -> Verdict:
    key = _key(args.key) if args.key else None
    if args.bundle is not None:
        return _of_bundle(args, key, say)
    if args.witness is None:
        raise Refused("bad_option", option="--witness", reason="give a witness that was held elsewhere, or --bundle")
    nodes.begin(args, there=True)
    from rasr.node.people import checking  # needs Django

    return checking.check(args.witness, key)


def _ledger() -> Ledger:
    """What is wrong with the ledger of the node that was begun."""
    from rasr.node.records.ledger import checking  # needs Django
    from rasr.node.web.one_view import one_view

    with one_view():
        return Ledger(checking.lines(), list(checking.faults()))


def _tell(say: Say, ledger: Ledger) -> None:
    if ledger.faults:
        _show(say, "Ledger", "what does not hold", ledger.faults)
    many = len(ledger.faults)
    told = f"{many:,} {'fault' if many == 1 else 'faults'}" if many else "everything held is what they make of it"
    say.line(f"{ledger.lines:,} {'line' if ledger.lines == 1 else 'lines'} in the ledger: {told}.")


def _of_bundle(args: Namespace, key: seal.PublicKey | None, say: Say) -> Verdict:
    """A log that was taken along, by its own witness or by another one."""
    if args.home is not None:
        raise Refused("bad_option", option="--home", reason="a bundle is verified without its node")
    taken = bundle.Bundle(args.bundle)
    if key is None:
        key = taken.key()
        say.line("The key is the one inside the bundle. Compare it with the one that the node gave you:")
        say.line(keys.write_public(key))
    inside = taken.witness(key)
    if args.witness is None:
        return compare(inside, taken.leaves())
    return verify_taken(witness.read(args.witness, key), inside, taken.leaves())


def _key(path: Path) -> seal.PublicKey:
    try:
        return keys.read_public(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        reason = (fault.strerror if isinstance(fault, OSError) else str(fault)) or "it cannot be read"
        raise Refused("log_key_bad", path=str(path), reason=reason) from fault


def _show(say: Say, title: str, heading: str, findings: list[Finding]) -> None:
    rows = [(finding.code, loader.say_finding(finding)) for finding in findings[:SHOWN]]
    say.table(title, ("code", heading), rows, left=2)
    if len(findings) > SHOWN:
        say.line(f"{len(findings) - SHOWN:,} more; all of them with --json.")


def _as_json(finding: Finding) -> dict[str, Any]:
    told = {"code": finding.code, "table": finding.table, "row_id": finding.value, **finding.numbers}
    return {**told, "message": loader.say_finding(finding)}
