"""The settings of production, in a process of their own: Django's deploy checks are clean, cookies and TLS strict."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.processes import environment

pytestmark = pytest.mark.one_database
ROOT = Path(__file__).resolve().parents[2]
HARDENING = ROOT / "docs/security/hardening.md"
YEAR_S = 365 * 24 * 60 * 60
TOLD = """
import json
from django.conf import settings
names = [name for name in dir(settings) if name.startswith(("SECURE_", "SESSION_", "CSRF_", "SILENCED"))]
print(json.dumps({name: getattr(settings, name) for name in [*names, "DEBUG", "PASSWORD_HASHERS"]}, default=str))
"""


def ran(home: Path, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A Python program with the settings of a node in this home folder."""
    given = {"home": str(home), "mode": "production", **settings}
    env = environment(**{f"RASR_{name.upper()}": value for name, value in given.items()})
    env["DJANGO_SETTINGS_MODULE"] = "rasr.node.settings"
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def told(home: Path, **settings: str) -> dict[str, Any]:
    """The settings that matter here."""
    answer = ran(home, "-c", TOLD, **settings)
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


@pytest.mark.parametrize(
    "settings", [{}, {"password_policy": "portal", "open_sign_up": "yes"}], ids=["plain", "portal"]
)
def test_the_deploy_checks_of_django_find_nothing(tmp_path: Path, settings: dict[str, str]) -> None:
    (tmp_path / "uploads").mkdir()  # as `rasr serve` makes it
    answer = ran(tmp_path, "-m", "django", "check", "--deploy", "--fail-level", "DEBUG", **settings)
    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout + answer.stderr


def test_what_is_silenced_stands_in_the_documentation_with_its_reason(tmp_path: Path) -> None:
    silenced = told(tmp_path)["SILENCED_SYSTEM_CHECKS"]
    rows = re.findall(r"^\| `(security\.W\d+)` \| .+ \| (.+) \|$", HARDENING.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(silenced)
    assert all(len(reason) > 20 for _, reason in rows)


def test_in_production_cookies_go_over_tls_to_this_host_alone(tmp_path: Path) -> None:
    found = told(tmp_path)
    for cookie in ("SESSION", "CSRF"):
        assert found[f"{cookie}_COOKIE_NAME"].startswith("__Host-")
        assert found[f"{cookie}_COOKIE_SECURE"] is True
        assert found[f"{cookie}_COOKIE_HTTPONLY"] is True
        assert found[f"{cookie}_COOKIE_PATH"] == "/"
        assert found[f"{cookie}_COOKIE_DOMAIN"] is None
    assert found["SECURE_HSTS_SECONDS"] >= YEAR_S
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert found["DEBUG"] is False
    assert found["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


@pytest.mark.parametrize("settings", [{"mode": "demo"}, {"secure_cookies": "no"}], ids=["demo", "TLS ends in front"])
def test_without_tls_of_its_own_the_node_asks_for_none(tmp_path: Path, settings: dict[str, str]) -> None:
    found = told(tmp_path, **settings)
    assert found["SECURE_HSTS_SECONDS"] == 0
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is False
    assert (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]) == ("rasr_session", "rasr_csrf")
