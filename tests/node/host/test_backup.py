"""A backup holds every row; a restore gives them all back, or changes nothing."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management.color import no_style
from django.db import connection, transaction
from tests.node.host.sealed import PASSPHRASE, inside, still
from tests.node.records.small_register import region

from rasr.core.basis.findings import Refused
from rasr.core.basis.seal import Sealer
from rasr.node.host import backup, queries
from rasr.node.host.models import NodeState
from rasr.node.host.restore import restore_backup
from rasr.node.people.models import Entry, Grant, Leaf, User
from rasr.node.people.services import add_user
from rasr.node.places.models import Jurisdiction
from rasr.node.records.models import Holding, MovementLine
from rasr.node.records.services import load_region, recompute_holdings


def seal(path: Path, files: dict[str, bytes]) -> Path:
    """A backup of the given files: of somebody who has the passphrase."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w|gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    with path.open("wb") as out, Sealer(out, PASSPHRASE, strength=10) as sealed:
        sealed.write(plain.getvalue())
    return path


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seals as always, but with little work to try a passphrase."""
    monkeypatch.setattr(backup, "Sealer", partial(Sealer, strength=10))


@pytest.fixture
def few(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A backup of a node with a handful of rows; the node is empty again."""
    request.getfixturevalue("db")
    path = tmp_path / "few.rasr"
    with transaction.atomic():
        add_user(username="ana", password="a long password 1", role="planner")
        add_user(username="Žarko", password="a long password 2", role="administrator")
        counts = backup.write_backup(path, PASSPHRASE, still)
        transaction.set_rollback(True)  # the trail can be emptied in no other way
    assert (counts["people.user"], counts["people.grant"]) == (2, 2)
    assert path.stat().st_mode & 0o777 == 0o600
    assert not tarfile.is_tarfile(path)
    assert b"people.user" not in path.read_bytes()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [User, Grant, Leaf]):
            cursor.execute(statement)  # as in an empty database: the next row would get the number 1
    return path


def test_a_backup_leaves_out_what_belongs_to_the_machine() -> None:
    labels = {model._meta.label for model in backup.kept_models()}
    assert not labels & {"sessions.Session", "auth.Permission", "host.WorkerSeen", "contenttypes.ContentType"}
    assert not any(label.startswith("django_tasks") for label in labels)
    assert {"people.User", "people.Grant", "host.NodeState", "records.Movement", "jobs.Job"} <= labels


def test_users_keep_their_passwords_and_new_rows_get_new_numbers(few: Path) -> None:
    restore_backup(few, PASSPHRASE, still)
    ana = User.objects.get(username="ana")
    assert ana.check_password("a long password 1")
    assert Entry.objects.latest("at").act == "node.restore"
    assert [grant.role for grant in ana.grants.all()] == ["planner"]
    assert add_user(username="new", password="a long password 3", role="auditor").pk > ana.pk
    assert not queries.training()


@pytest.mark.django_db
def test_a_register_with_stock_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "stock.rasr"
    with transaction.atomic():
        ana = add_user(username="ana", password="a long password 1", role="planner")
        load_region(actor=ana, region=region(), complete=True, source="test")
        lines = list(MovementLine.objects.order_by("pk").values_list("pk", "batch", "from_place", "to_place"))
        backup.write_backup(path, PASSPHRASE, still)
        transaction.set_rollback(True)
    assert lines
    restore_backup(path, PASSPHRASE, still)
    assert list(MovementLine.objects.order_by("pk").values_list("pk", "batch", "from_place", "to_place")) == lines
    assert Holding.everywhere.exists()
    assert recompute_holdings() == []


def test_a_training_copy_is_one_for_good(few: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.rasr"
    try:
        with transaction.atomic():
            restore_backup(few, PASSPHRASE, still, training=True)
            assert queries.training()
            backup.write_backup(again, PASSPHRASE, still)
            transaction.set_rollback(True)
        queries.forget()
        restore_backup(again, PASSPHRASE, still)
        assert queries.training()
    finally:
        queries.forget()


def refusal(path: Path, passphrase: str = PASSPHRASE) -> str:
    """The code with which a restore is refused; nothing may have changed."""
    before = (User.objects.count(), Jurisdiction.objects.count(), NodeState.objects.count())
    with pytest.raises(Refused) as refused:
        restore_backup(path, passphrase, still)
    assert (User.objects.count(), Jurisdiction.objects.count(), NodeState.objects.count()) == before
    return refused.value.code


def test_a_restore_into_a_node_with_rows_is_refused(few: Path) -> None:
    Jurisdiction.objects.create(jurisdiction_id="X", name="X", position=0)
    assert refusal(few) == "node_not_empty"


def test_damage_is_found_before_anything_changes(few: Path, tmp_path: Path) -> None:
    whole, broken = few.read_bytes(), tmp_path / "broken.rasr"
    for place in (100, len(whole) // 2, len(whole) - 1):
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert refusal(broken) == "backup_damaged", place
        broken.write_bytes(whole[:place])
        assert refusal(broken) == "backup_damaged", place
    assert refusal(few, "another passphrase") == "backup_passphrase"
    broken.write_bytes(b"PK\x03\x04")
    assert refusal(broken) == "backup_foreign"
    assert refusal(tmp_path / "nothing") == "backup_missing"
    assert refusal(tmp_path) == "unreadable_file"


def change_head(**said: Any) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda files: {**files, "head.json": json.dumps({**json.loads(files["head.json"]), **said}).encode()}


def without(name: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda files: {key: content for key, content in files.items() if not key.startswith(name)}


def with_row(name: str, row: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda files: {key: content + row.encode() * (key.startswith(name)) for key, content in files.items()}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (change_head(migrations=["people.0001_initial"]), "backup_version"),
        (change_head(format=99), "backup_version"),
        (change_head(tables={}), "backup_version"),
        (without("head.json"), "backup_damaged"),
        (without("end.json"), "backup_damaged"),
        (without("log.key"), "backup_damaged"),
        (lambda files: {**files, "log.key": b"no key"}, "backup_damaged"),
        (without("people.grant"), "backup_damaged"),
        (without("people.user"), "backup_damaged"),
        (with_row("people.grant", "[1]\n"), "backup_damaged"),
        (with_row("people.grant", "{\n"), "backup_damaged"),
        (with_row("people.grant", "5\n"), "backup_damaged"),
        (lambda files: {**files, "head.json": b"[]"}, "backup_damaged"),
        (lambda files: {**files, "head.json": b"[" * 100_000}, "backup_damaged"),
        (lambda files: {**files, "strange/000000.jsonl": b"[1]\n"}, "backup_damaged"),
        (lambda files: {**files, "end.json": b"{}"}, "backup_damaged"),
        (lambda _: {}, "backup_damaged"),
    ],
)
def test_what_was_sealed_otherwise_is_refused(
    few: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]], code: str
) -> None:
    assert refusal(seal(tmp_path / "changed.rasr", change(inside(few)))) == code
    assert Grant.objects.count() == 0


@pytest.mark.usefixtures("on_disk")
@pytest.mark.django_db(transaction=True)
def test_a_backup_sees_one_state_and_holds_up_nobody() -> None:
    with backup.one_view():
        assert User.objects.count() == 0
        writing = Thread(target=write_from_elsewhere)
        writing.start()
        writing.join(10)
        assert not writing.is_alive()
        assert User.objects.count() == 0
    assert User.objects.count() == 1


def write_from_elsewhere() -> None:
    try:
        User.objects.create(username="meanwhile")
    finally:
        connection.close()
