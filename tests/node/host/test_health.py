"""Health, logs, and what a user sees while the database is gone."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.node.host import context, logs, queries, worker
from rasr.node.host.models import NodeState, WorkerSeen


def broken(_request: HttpRequest, name: str) -> HttpResponse:
    """A view that meets a database that has gone."""
    raise OperationalError(f"FATAL: password of user {name}")


def faulty(_request: HttpRequest) -> HttpResponse:
    """A view with a fault of its own."""
    raise KeyError("anna")


class Asking:
    """A middleware that asks the database, as that of the session does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, _request: HttpRequest) -> HttpResponse:
        """Meets a database that has gone."""
        raise OperationalError("gone")


urlpatterns = [
    path("health/broken/<str:name>/", broken, name="broken"),
    path("health/faulty/", faulty, name="faulty"),
    path("", include("rasr.node.urls")),
]
handler500 = "rasr.node.web.views.fault"
here = override_settings(ROOT_URLCONF=__name__, LOGIN_URL="/sign-in/")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, Any]]]:
    """What the log holds, as it is written."""
    caplog.set_level(logging.INFO)
    return lambda: [json.loads(logs.JsonLines().format(record)) for record in caplog.records]


@pytest.fixture
def open_door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A browser on the addresses above, for which nobody has to sign in; a fault becomes a page."""
    monkeypatch.setattr("django.contrib.auth.middleware.LoginRequiredMiddleware.process_view", lambda *_: None)
    with here:
        yield Client(raise_request_exception=False)


def test_live_asks_nothing_of_the_database(client: Client) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.content) == (200, b"live\n")


@pytest.mark.django_db
def test_ready_tells_what_is_fine(client: Client) -> None:
    said = client.get("/health/ready").json()
    assert said | {"version": ""} == {
        "ready": True, "database": True, "migrations": True, "worker": False, "disk": True, "log": True,
        "version": "",
    }  # fmt: skip
    WorkerSeen.objects.create(worker="w", seen_at=timezone.now())
    assert client.get("/health/ready").json()["worker"] is True
    WorkerSeen.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    assert client.get("/health/ready").json()["worker"] is False


@pytest.mark.django_db
def test_without_its_migrations_a_node_is_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'host'")
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["database"] is True
    assert answer.json()["migrations"] is False


def test_without_its_database_a_node_is_live_but_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "ensure_connection", gone)
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["database"]) == (503, False)


@pytest.mark.parametrize("address", ["/health/live", "/health/ready", "/trust/"])
@pytest.mark.django_db
def test_public_pages_take_no_changes_and_set_no_cookie(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200
    assert not client.cookies
    assert client.post(address).status_code == 405


def test_each_request_has_a_line_without_what_stands_in_its_path(
    open_door: Client, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    answer = open_door.get("/health/broken/anna/?name=anna", REMOTE_ADDR="10.1.2.3")
    [line] = [line for line in lines() if line["logger"] == "rasr.request"]
    assert line["request_id"] == answer["X-Request-ID"]
    assert (line["method"], line["route"], line["status"], line["level"]) == ("GET", "broken", 503, "error")
    assert line["duration_ms"] >= 0
    assert "anna" not in json.dumps(lines())
    assert "10.1.2.3" not in json.dumps(lines())


def test_a_fault_is_logged_without_its_text(open_door: Client, lines: Callable[[], list[dict[str, Any]]]) -> None:
    assert open_door.get("/health/faulty/").status_code == 500
    [line] = [line for line in lines() if line["logger"] == "django.request"]
    assert line["fault"] == "builtins.KeyError"
    assert line["trace"][-1].endswith(" faulty")
    assert "anna" not in json.dumps(line)
    assert not any(step.startswith(sys.prefix) for step in line["trace"])


def test_a_view_that_meets_a_gone_database_says_so(open_door: Client) -> None:
    answer = open_door.get("/health/broken/x/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert b"database" in answer.content
    assert b"password" not in answer.content


def test_so_does_a_middleware(open_door: Client, settings: Any) -> None:
    place = settings.MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware")
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:place], f"{__name__}.Asking", *settings.MIDDLEWARE[place:]]
    assert open_door.get("/health/live").status_code == 503


def test_another_fault_is_not_taken_for_a_gone_database(open_door: Client) -> None:
    assert open_door.get("/health/faulty/").status_code == 500


@pytest.mark.parametrize(
    ("logger", "message", "kept"),
    [
        ("gunicorn.error", "Invalid request from ip=10.1.2.3: anna", "Invalid request"),
        ("django.request", "Not Found: %s", "Not Found: %s"),
        ("rasr.worker", "%s: the worker waits", "/anna: the worker waits"),
    ],
)
def test_of_a_library_only_the_pattern_is_kept(logger: str, message: str, kept: str) -> None:
    arguments = ("/anna",) if "%s" in message else None
    record = logging.LogRecord(logger, logging.WARNING, __file__, 1, message, arguments, None)
    assert json.loads(logs.JsonLines().format(record))["message"] == kept


@pytest.mark.django_db
def test_every_page_knows_whether_the_node_is_a_training_copy(rf: Any) -> None:
    queries.forget()
    assert context.node(rf.get("/"))["training"] is False
    NodeState.objects.create(training=True)
    queries.forget()
    try:
        said = context.node(rf.get("/"))
        assert said["training"] is True
        assert said["readiness"].database is True
    finally:
        queries.forget()


@pytest.mark.parametrize("fault", [PermissionError("anna"), Refused("upload_closed", path="anna.xlsx")])
def test_a_sweep_that_fails_does_not_end_the_signs_of_life(
    monkeypatch: pytest.MonkeyPatch, lines: Callable[[], list[dict[str, Any]]], fault: Exception
) -> None:
    said: list[str] = []
    monkeypatch.setattr(worker, "connection", Mock())
    monkeypatch.setattr(worker, "close_old_connections", Mock())
    monkeypatch.setattr(worker, "_seen", said.append)
    monkeypatch.setattr(worker, "_gone", said.append)
    monkeypatch.setattr(worker, "_sequence", Mock())
    monkeypatch.setattr(worker, "_sweep", Mock(side_effect=fault))
    beat = worker._Beat("w")
    beat._end.set()  # asked to end from the start: one beat
    beat.run()
    assert said == ["w", "w"]
    [line] = lines()
    assert line["fault"].endswith(type(fault).__name__)
    assert "anna" not in json.dumps(line)


def test_the_last_backup_is_remembered(tmp_path: Path) -> None:
    assert queries.last_backup(tmp_path) is None
    queries.note_backup(tmp_path)
    found = queries.last_backup(tmp_path)
    assert found is not None
    assert timezone.now() - found < timedelta(minutes=1)
