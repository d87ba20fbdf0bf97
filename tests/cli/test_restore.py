"""``rasr restore`` says what is not in a backup, and whom a missing secret.key locks out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.processes import environment

PATIENCE_S = 120
SET_UP = """
import sys
from argparse import Namespace
from pathlib import Path
from rasr.cli import nodes

nodes.begin(Namespace(home=Path(sys.argv[1])))
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from rasr.node.people.services import add_user

for name in ("ana", "ben", "eva"):
    user = add_user(username=name, password="x", role="administrator", check_password=False)
    if name != "eva":
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
"""
"""A node of three people, two of whom have an app and recovery codes."""


def python(*words: object) -> subprocess.CompletedProcess[str]:
    """A process of its own: its node has a key of its own, as in earnest, not that of the tests."""
    command = [sys.executable, "-P", *map(str, words)]
    env = environment(RASR_MODE="demo")
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def rasr(*words: object) -> str:
    ran = python("-m", "rasr", *words)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the old node and its backup."""
    folder = tmp_path_factory.mktemp("restore")
    made = python("-c", SET_UP, folder / "old")
    assert made.returncode == 0, made.stderr
    (folder / "passphrase").write_text("twelve letters and more", encoding="utf-8")
    rasr("backup", folder / "b.rasr", "--home", folder / "old", "--passphrase-file", folder / "passphrase")
    return folder


def test_without_the_old_key_it_says_whom_that_concerns(kept: Path, tmp_path: Path) -> None:
    home = tmp_path / "new"
    said = rasr("restore", kept / "b.rasr", "--home", home, "--passphrase-file", kept / "passphrase")
    assert f"Not in a backup: secret.key, node.toml and tls/. Put those of the old node into {home} before" in said
    assert "Accounts whose app or recovery codes this secret.key cannot open: 2." in said
    assert (home / "secret.key").read_bytes() != (kept / "old" / "secret.key").read_bytes()


def test_with_the_old_key_nobody_is_locked_out(kept: Path, tmp_path: Path) -> None:
    home = tmp_path / "new"
    home.mkdir()
    shutil.copy(kept / "old" / "secret.key", home)
    said = rasr("restore", kept / "b.rasr", "--home", home, "--passphrase-file", kept / "passphrase", "--json")
    assert json.loads(said)["second_factors_lost"] == 0
