"""Somebody who can write the database, but not sign: five kinds of direct edits, by three strengths.

strength 0: rows only. 1: rows and their leaves, made to agree. 2: checkpoints, too, made anew over what is there then.
Triggers are down. Each attack gives the rows it touched, as (table, id).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from uuid6 import uuid7

from rasr.core.basis import seal
from rasr.core.log import checkpoint, tree
from rasr.node.people.covered import COVERED, Covered
from rasr.node.people.models import Checkpoint, Leaf

Row = tuple[str, str]
Attack = Callable[[Random, int], set[Row]]
MADE_UP = bytes(range(32))
"""The seed of a key the attacker made."""


def edit(draw: Random, strength: int) -> set[Row]:
    """Another value in a covered column of a row."""
    while True:
        covered = drawn_table(draw)
        pk, field = draw.choice(keys(covered)), draw.choice(fields(covered))
        value = covered.model._base_manager.values_list(field.attname, flat=True).get(pk=pk)
        if field.is_relation and not others(field, value).exists():
            continue  # there is nothing else that it could point to
        try:
            with transaction.atomic():
                put(covered, pk, {field.attname: other(draw, field, value)})
        except IntegrityError:
            continue  # a line from a place to itself, or two at one position: another one
        return follow(strength, covered, pk)


def delete(draw: Random, strength: int) -> set[Row]:
    """A row goes; a strong attacker lets the others move up."""
    covered = drawn_table(draw)
    pk = draw.choice(keys(covered))
    if strength:
        take_apart()
    drop(covered, pk)
    return follow(strength, covered, pk)


def insert(draw: Random, strength: int) -> set[Row]:
    """A row more, made of another one; a strong attacker puts a leaf at the end or in between."""
    covered = drawn_table(draw)
    made: Any = covered.model._base_manager.get(pk=draw.choice(keys(covered)))
    made.pk = uuid7() if isinstance(made.pk, UUID) else 10**6
    if hasattr(made, "position"):
        made.position += 1000
    covered.model._base_manager.bulk_create([made])
    row = (covered.table, str(made.pk))
    if strength:
        take_apart()
        size = Leaf.objects.exclude(index=None).count()
        place = draw.choice([size, draw.randrange(size)])
        if place < size:
            shift(place, 1)
        entry = covered.entries([row[1]])[row[1]]
        Leaf.objects.create(
            table=row[0], row_id=row[1], schema=1, hash=tree.leaf_hash(entry), seal=draw.randbytes(32), index=place
        )
        if strength == 2:
            sign_anew(size + 1)
    return {row}


def swap(draw: Random, strength: int) -> set[Row]:
    """Two rows of a table change contents, or the leaves of two rows their places."""
    covered = drawn_table(draw)
    if strength and draw.random() < 0.5:
        take_apart()
        one, two = draw.sample(list(Leaf.objects.exclude(index=None)), 2)
        first, second = one.index, two.index
        for leaf, index in ((one, None), (two, first), (one, second)):
            Leaf.objects.filter(pk=leaf.pk).update(index=index)
        if strength == 2:
            sign_anew()
        return {(one.table, one.row_id), (two.table, two.row_id)}
    names = [field.attname for field in fields(covered)]
    a, b = draw.sample(keys(covered), 2)
    held = {pk: covered.model._base_manager.values(*names).get(pk=pk) for pk in (a, b)}
    if "position" in names:
        put(covered, a, {"position": 10**6})
    put(covered, b, held[a])
    put(covered, a, held[b])
    return follow(strength, covered, a, b)


def truncate(draw: Random, strength: int) -> set[Row]:
    """The end of the log goes, with its rows."""
    take_apart()
    some = list(Leaf.objects.exclude(index=None).order_by("-index")[: draw.randint(1, 30)])
    for leaf in some:
        drop(COVERED[leaf.table], leaf.row_id)
    if strength:
        Leaf.objects.filter(pk__in=[leaf.pk for leaf in some])._raw_delete("default")
    if strength == 2:
        sign_anew()
    return {(leaf.table, leaf.row_id) for leaf in some}


def follow(strength: int, covered: Covered, *pks: Any) -> set[Row]:
    """Let the leaves say what the rows are now, and the checkpoints what the leaves are."""
    for pk in pks if strength else ():
        leaf, place = leaf_of(covered.table, str(pk))
        entry = covered.entries([str(pk)]).get(str(pk))
        if entry is None:
            Leaf.objects.filter(pk=leaf.pk)._raw_delete("default")
            if strength == 2 and leaf.index is not None:
                shift(leaf.index, -1)
        else:
            hashes = hashes_of(leaf)
            hashes[place] = tree.leaf_hash(entry)
            Leaf.objects.filter(pk=leaf.pk).update(hash=b"".join(hashes))
    if strength == 2:
        sign_anew()
    return {(covered.table, str(pk)) for pk in pks}


def leaf_of(table: str, row_id: str) -> tuple[Leaf, int]:
    """Where the leaf of a row stands: in which row of leaves, and the how manieth of it, from 0."""
    for leaf in Leaf.objects.filter(table=table):
        if row_id in (names := ids_of(leaf)):
            return leaf, names.index(row_id)
    raise Leaf.DoesNotExist


def ids_of(leaf: Leaf) -> list[str]:
    return f"{leaf.row_id}\n{leaf.more}".rstrip("\n").split("\n")


def hashes_of(leaf: Leaf) -> list[bytes]:
    held = bytes(leaf.hash)
    return [held[at : at + 32] for at in range(0, len(held), 32)]


def take_apart() -> None:
    """Leaves that stand together, one by one: whoever can write can do that, and it says the same."""
    for leaf in Leaf.objects.exclude(more=""):
        seals = bytes(leaf.seal)
        Leaf.objects.filter(pk=leaf.pk)._raw_delete("default")
        for place, (row_id, hashed) in enumerate(zip(ids_of(leaf), hashes_of(leaf), strict=True)):
            Leaf.objects.create(
                table=leaf.table,
                row_id=row_id,
                schema=leaf.schema,
                hash=hashed,
                seal=seals[32 * place : 32 * place + 32],
                index=None if leaf.index is None else leaf.index + place,
            )


def shift(start: int, places: int) -> None:
    """Leaves from one on move; from the end that has room, because an index stands once."""
    with connection.cursor() as cursor:
        cursor.execute('UPDATE people_leaf SET "index" = "index" + 1000000 WHERE "index" >= %s', [start])
        cursor.execute('UPDATE people_leaf SET "index" = "index" + %s WHERE "index" >= 1000000', [places - 10**6])


def sign_anew(more: int | None = None) -> None:
    """Checkpoints over the leaves as they are now, under the name of the log, by a key made up."""
    hashes = [one for leaf in Leaf.objects.exclude(index=None).order_by("index") for one in hashes_of(leaf)]
    for kept in list(Checkpoint.objects.all()):
        name, size = kept.note.partition("\n")[0], min(kept.size, len(hashes))
        made = checkpoint.Checkpoint(name, size, tree.root(hashes[:size]), kept.signed_at)
        note = checkpoint.sign(made, seal.SigningKey(name, MADE_UP))
        found = Checkpoint.objects.filter(pk=kept.pk)
        if size < kept.size:
            found._raw_delete("default")
        else:
            found.update(root=made.root, note=note)
    if more is not None:
        made = checkpoint.Checkpoint(name, more, tree.root(hashes[:more]), kept.signed_at)
        note = checkpoint.sign(made, seal.SigningKey(name, MADE_UP))
        Checkpoint.objects.create(size=more, root=made.root, note=note, signed_at=kept.signed_at)


def drawn_table(draw: Random) -> Covered:
    """One of the covered tables that hold something, as often as any other."""
    return COVERED[draw.choice(sorted(set(Leaf.objects.values_list("table", flat=True).distinct())))]


def keys(covered: Covered) -> list[Any]:
    """Of all its rows."""
    return list(covered.model._base_manager.order_by("pk").values_list("pk", flat=True))


def fields(covered: Covered) -> list[Any]:
    """The covered columns that stand in the table itself, and the places that lines point to."""
    names = dict.fromkeys(name.partition("__")[0] for name in covered.columns)
    return [covered.model._meta.get_field(name) for name in names]


def others(field: Any, value: Any) -> models.QuerySet[Any]:
    """The rows that a column could point to instead."""
    rows: models.QuerySet[Any] = field.related_model._base_manager.exclude(pk=value)
    return rows


def other(draw: Random, field: Any, value: Any) -> Any:
    """Another value that the column takes."""
    if field.is_relation:
        return draw.choice(list(others(field, value).order_by("pk").values_list("pk", flat=True)))
    if isinstance(field, models.UUIDField):
        return uuid7()
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(value, datetime):
        return value + timedelta(microseconds=draw.choice([1, -1, 86_400_000_000]))
    if isinstance(field, models.JSONField):
        return draw.choice([{}, {"x": 1}, {**(value or {}), "y": None}]) if value != {} else {"x": 1}
    if isinstance(field, models.DateField):
        return datetime(2030, 1, draw.randint(1, 28)).date()
    if isinstance(field, models.FloatField):
        return 0.1 if value is None else value + draw.choice([1e-9, 1.0])
    if isinstance(field, models.IntegerField):
        return draw.choice([1, 10**15]) if value is None else value + draw.choice([1, 1000])
    text = value or ""
    if field.max_length is not None and len(text) >= field.max_length:
        return text[:-1]
    return draw.choice([f"{text}x", f" {text}", "y" if text != "y" else "z"])[: field.max_length]


def put(covered: Covered, pk: Any, values: dict[str, Any]) -> None:
    covered.model._base_manager.filter(pk=pk).update(**values)


def drop(covered: Covered, pk: Any) -> None:
    covered.model._base_manager.filter(pk=pk)._raw_delete("default")


ATTACKS: dict[str, Attack] = {
    "edit": edit,
    "delete": delete,
    "insert": insert,
    "swap": swap,
    "truncate": truncate,
}
