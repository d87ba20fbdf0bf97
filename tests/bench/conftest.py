"""What the benches share: the sample at its full size, and how much memory a program took."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from rasr.core.records.region import Region
from rasr.sample import make_sample

MEASURED = """
import sys
from rasr.cli.main import main
code = main(sys.argv[1:])
# not getrusage: a child takes over the peak of its parent there
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak.split()[1], file=sys.stderr)
sys.exit(code)
"""


@dataclass(frozen=True)
class Spent:
    """What one run of the command took, in a process of its own."""

    seconds: float
    memory_mb: float


def spend(*words: object) -> Spent:
    """Run the command once; fails where the command does."""
    start = time.perf_counter()
    ran = subprocess.run([sys.executable, "-c", MEASURED, *map(str, words)], capture_output=True, text=True, check=True)
    return Spent(time.perf_counter() - start, int(ran.stderr.split()[-1]) / 1024)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample region at scale 1, as a folder of CSV files."""
    path = tmp_path_factory.mktemp("bench") / "sample"
    Region.from_frames(make_sample(1, 1.0)).write(path)
    return path
