"""A worker killed in the middle of a job: the job shows as failed, and the next worker goes on with the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import OperationalError

from rasr.node.jobs import services
from rasr.node.jobs.models import Job

if TYPE_CHECKING:
    from tests.node.jobs.conftest import People

WORKER = """
import sys, time
from pathlib import Path
from rasr.node.start import start
start(Path(sys.argv[1]))
from django.core.management import call_command
from rasr.node.jobs.registry import handler

@handler("test")
def test(work):
    while True:
        work.progress("danger", 0.5)
        time.sleep(0.05)

call_command("db_worker", interval=0.05, startup_delay=False, verbosity=0)
"""
PATIENCE_S = 120.0


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_a_failed_job_and_the_next_one_is_done(
    person: People, on_disk: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uploads").mkdir()
    asked = person("ana")
    first, second = (services.enqueue(actor=asked, kind="test", parameters={}).pk for _ in range(2))
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    clean = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    worker = subprocess.Popen([sys.executable, str(script), str(tmp_path)], env={**clean, "RASR_DATABASE_URL": on_disk})
    try:
        end_s = time.monotonic() + PATIENCE_S
        while told(first) != ("running", "danger", ""):
            assert worker.poll() is None, "the worker has ended"
            assert time.monotonic() < end_s, "the worker never began"
            time.sleep(0.05)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    monkeypatch.setattr(services, "LOST_AFTER", timedelta(0))
    assert services.sweep_lost(second_look_s=0) == 1
    assert (told(first), told(second)) == (("failed", "danger", "worker_lost"), ("waiting", "", ""))
    call_command("db_worker", interval=0, startup_delay=False, batch=True, verbosity=0)
    assert (told(first), told(second)) == (("failed", "danger", "worker_lost"), ("done", "done", ""))


def told(job_id: object) -> tuple[str, str, str]:
    """State, stage and code of a job, as far as it can be read now."""
    try:
        found: tuple[str, str, str] = Job.objects.values_list("state", "stage", "refused_code").get(pk=job_id)
    except OperationalError:
        return ("", "", "")
    return found
