"""``rasr backup`` and ``rasr restore``: all rows of a node in one sealed file, and back into an empty node."""

from __future__ import annotations

from argparse import Namespace

from rasr.cli import nodes
from rasr.cli.say import Say
from rasr.core.basis.findings import Refused

OPTION = "--passphrase-file"
NOT_IN_IT = "secret.key, node.toml and tls/"


def backup(args: Namespace, say: Say) -> int:
    """Write the backup; the node may run meanwhile."""
    if args.out.exists():
        raise Refused("output_exists", path=str(args.out))
    nodes.begin(args, there=True)
    from rasr.node.host import backup as host_backup  # needs Django

    passphrase = nodes.secret(args.passphrase_file, "Passphrase of the backup", OPTION, twice=True)
    if len(passphrase) < host_backup.PASSPHRASE_MIN:
        raise Refused("passphrase_short", minimum=host_backup.PASSPHRASE_MIN)
    with say.progress("Backup") as progress:
        counts = host_backup.write_backup(args.out, passphrase, progress)
    size_mb = args.out.stat().st_size / 1e6
    say.line(f"{sum(counts.values()):,} rows of {len(counts)} tables, {size_mb:.1f} MB: {args.out}")
    say.line("Without the passphrase nobody can read it, you neither. Try it: rasr restore, into an empty node.")
    say.result(path=str(args.out), rows=counts)
    return 0


def restore(args: Namespace, say: Say) -> int:
    """Fill an empty node from a backup."""
    if not args.file.is_file():
        raise Refused("backup_missing", path=str(args.file))
    passphrase = nodes.secret(args.passphrase_file, "Passphrase of the backup", OPTION)
    config = nodes.begin(args)
    from rasr.node.host import home, queries  # needs Django, as what follows does
    from rasr.node.host import restore as host_restore
    from rasr.node.people import secrets_kept

    with home.alone(), say.progress("Restore") as progress:
        counts = host_restore.restore_backup(args.file, passphrase, progress, training=args.training)
    say.line(f"{sum(counts.values()):,} rows of {len(counts)} tables restored from {args.file}")
    if queries.training():
        say.line("This node is a training copy: every page and every file of it says so.")
    say.line(f"Not in a backup: {NOT_IN_IT}. Put those of the old node into {config.home} before this one is started.")
    if lost := secrets_kept.lost():
        say.line(f"Accounts whose app or recovery codes this secret.key cannot open: {lost}. They need the old one.")
    say.result(rows=counts, training=queries.training(), second_factors_lost=lost)
    return 0
