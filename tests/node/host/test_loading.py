"""What the server loads before it forks starts no threads of polars: in a fork they are gone, and a page would hang."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import os, re, sys
from pathlib import Path
from rasr.node.start import start
start(Path(sys.argv[1]))
from rasr.node.host.home import prepare
prepare()
import rasr.node.urls
import polars as pl

def threads():
    names = [Path(f"/proc/self/task/{task}/comm").read_text().strip() for task in os.listdir("/proc/self/task")]
    return sum(re.fullmatch(r"polars-[0-9]+", name) is not None for name in names)

before = threads()
pl.DataFrame({"a": range(1000)}).lazy().group_by("a").len().collect()
print(before, threads() > 0)
"""


@pytest.mark.one_database
def test_the_server_may_fork_what_it_has_loaded(tmp_path: Path) -> None:
    own = {"RASR_MODE": "test", "RASR_DATABASE_URL": "sqlite", "DJANGO_SETTINGS_MODULE": "rasr.node.settings"}
    command = [sys.executable, "-c", CODE, str(tmp_path / "home")]
    ran = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True, check=False)
    assert ran.stdout == "0 True\n", ran.stderr
