"""``rasr verify``: whether the trail and the movements are still what they were, by a witness held elsewhere."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
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
    "people_entry: entries of the trail; records_movement, records_movementline, records_batch: movements of stock.",
    "Recorded between two checkpoints; - where there is none on that side.",
)


def verify(args: Namespace, say: Say) -> int:
    """Show every difference. Raises Refused where it cannot be told from what was given."""
    verdict = _verdict(args, say)
    until = verdict.until.isoformat(timespec="seconds") if verdict.until else "a time that is not said"
    _show(say, verdict.findings)
    counts = Counter(finding.code for finding in verdict.findings)
    many = len(verdict.findings)
    told = f"{many:,} {'difference' if many == 1 else 'differences'}" if many else "nothing was changed"
    say.line(f"{verdict.leaves:,} leaves, signed until {until}: {told}.")
    if verdict.newer:
        say.line(f"{verdict.newer:,} leaves are newer than this witness: it says nothing of them.")
    say.result(
        leaves=verdict.leaves,
        until=until,
        newer=verdict.newer,
        findings=[_as_json(finding) for finding in verdict.findings],
        counts=dict(sorted(counts.items())),
    )
    return Exit.FOUND if verdict.findings else Exit.DONE


def _verdict(args: Namespace, say: Say) -> Verdict:
    key = _key(args.key) if args.key else None
    if args.bundle is not None:
        return _of_bundle(args, key, say)
    if args.witness is None:
        raise Refused("bad_option", option="--witness", reason="give a witness that was held elsewhere, or --bundle")
    nodes.begin(args, there=True)
    from rasr.node.people import checking  # needs Django

    return checking.check(args.witness, key)


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


def _show(say: Say, findings: list[Finding]) -> None:
    rows = [(finding.code, loader.say_finding(finding)) for finding in findings[:SHOWN]]
    if rows:
        say.table("Differences", ("code", "where and when"), rows, left=2)
        for line in LEGEND:
            say.line(line)
    if len(findings) > SHOWN:
        say.line(f"{len(findings) - SHOWN:,} more; all of them with --json.")


def _as_json(finding: Finding) -> dict[str, Any]:
    told = {"code": finding.code, "table": finding.table, "row_id": finding.value, **finding.numbers}
    return {**told, "message": loader.say_finding(finding)}
