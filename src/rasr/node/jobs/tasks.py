"""What the worker is handed: the id of a job."""

from __future__ import annotations

from uuid import UUID

from django_tasks import task

from rasr.node.jobs import running


@task()
def run_job(job_id: str) -> None:
    """Do the job of this id."""
    running.run(UUID(job_id))
