"""How many faults the tests of the ledger find: ``python -m tools.mutants``, a sample of mutants of its code (mutmut).

What is mutated and by which tests it must be found stands in ``pyproject.toml``. Exit 1 where fewer are found than
``WANTED``. Those that were not found are listed: ``mutmut show NAME`` shows one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

SAMPLE, SEED = 300, 1
WANTED = 0.85
FOLDER = Path("mutants")
GENERATE = """
from mutmut.__main__ import copy_also_copy_files, copy_src_dir, create_mutants, makedirs, setup_source_paths
from pathlib import Path
makedirs(Path("mutants"), exist_ok=True)
copy_src_dir(); copy_also_copy_files(); setup_source_paths(); create_mutants(2)
"""
FOUND = (1, 3, 24, -24, 36, 152, 255, -11, -9)
"""Exit codes where a test failed or the code could not run (1, 3), never ended, or ended the whole process."""


def results() -> dict[str, int | None]:
    """Every mutant with the exit code of its tests; None where they were not run."""
    found: dict[str, int | None] = {}
    for path in sorted(FOLDER.rglob("*.meta")):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def main() -> int:
    """Make the mutants, run the sample, tell the score."""
    subprocess.run([sys.executable, "-c", GENERATE], check=True)
    names = sorted(results())
    chosen = Random(SEED).sample(names, min(SAMPLE, len(names)))
    subprocess.run([str(Path(sys.executable).with_name("mutmut")), "run", *chosen], check=False)
    ended = results()
    codes = Counter(ended[name] for name in chosen)
    found = sum(many for code, many in codes.items() if code in FOUND)
    for name in chosen:
        if ended[name] not in FOUND:
            print(f"not found: {name} ({ended[name]})")
    print(f"{found} of {len(chosen)} mutants found ({found / len(chosen):.1%}), of {len(names)} in all, seed {SEED}")
    return 0 if found >= WANTED * len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
