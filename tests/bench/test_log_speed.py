"""How fast the transparency log is, each time beside plain hashing of the same bytes in the same run: ``make bench``.

No second is asserted; see ``test_speed.py``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture
from tests.bench.test_speed import beside, seconds

from rasr.core.basis import seal
from rasr.core.log import canonical, checkpoint, tree, verify, witness

LEAVES = 100_000
ENTRIES = [
    canonical.entry("records_movementline", str(number), {"movement": "m", "quantity": number, "lot": None}, schema=1)
    for number in range(LEAVES)
]


def plain() -> None:
    """As many digests of the same bytes."""
    for entry in ENTRIES:
        hashlib.sha256(entry).digest()


def test_appending_and_the_root(benchmark: BenchmarkFixture) -> None:
    def grow() -> bytes:
        return tree.root(map(tree.leaf_hash, ENTRIES))

    benchmark.pedantic(grow, rounds=3)
    beside(benchmark, "sha256 of each leaf", seconds(plain))


def test_canonical_bytes(benchmark: BenchmarkFixture) -> None:
    columns = {"movement": "01890a5d-ac96-774b-bcce-b302099a8057", "position": 3, "quantity": 12, "lot": None}

    def write() -> None:
        for number in range(LEAVES):
            canonical.entry("records_movementline", str(number), columns, schema=1)

    benchmark.pedantic(write, rounds=3)
    beside(benchmark, "sha256 of each leaf", seconds(plain))


def test_verifying(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    key, grown = seal.SigningKey("bench", bytes(32)), tree.Tree()
    refs = [witness.Ref(tree.leaf_hash(entry), "t", str(number)) for number, entry in enumerate(ENTRIES)]
    for start in range(0, LEAVES, 1000):
        grown.extend(ref.hash for ref in refs[start : start + 1000])
        made = checkpoint.Checkpoint(key.name, grown.size, grown.root())
        witness.append(tmp_path / "witness.log", checkpoint.sign(made, key), refs[start : start + 1000])
    kept = [
        verify.Kept(index, ref.table, ref.row_id, ref.hash, None, entry)
        for index, (ref, entry) in enumerate(zip(refs, ENTRIES, strict=True))
    ]

    def check() -> None:
        read = witness.read(tmp_path / "witness.log", key.public)
        assert verify.verify(read, kept) == verify.Verdict([], LEAVES, 0)

    benchmark.pedantic(check, rounds=3)
    beside(benchmark, "sha256 of each leaf", seconds(plain))
