"""The list of components is whole and valid; a weakness fails the audit; what could not be asked is not called fine."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools import audit

WEAK = {"id": "PYSEC-1", "aliases": ["CVE-2026-1"], "fix_versions": ["2.1"], "description": "…"}
PYTHON_WEAK = {"dependencies": [{"name": "leaky", "version": "2.0", "vulns": [WEAK]}], "fixes": []}
PYTHON_FINE = {"dependencies": [{"name": "sound", "version": "1.0", "vulns": []}], "fixes": []}
NPM_WEAK = {"vulnerabilities": {"leaky.js": {"range": "<3", "severity": "high", "fixAvailable": False}}}
NPM_FINE: dict[str, object] = {"vulnerabilities": {}}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the advisory services say; by the name of the program. The list itself is left out."""
    answers: dict[str, object] = {"pip_audit": PYTHON_FINE, "npm": NPM_FINE}

    def asked(command: tuple[str, ...]) -> str:
        answer = answers["npm" if command[0] == "npm" else "pip_audit"]
        return answer if isinstance(answer, str) else json.dumps(answer)

    monkeypatch.setattr(audit, "asked", asked)
    monkeypatch.setattr(audit, "bill", lambda: {"components": []})
    return answers


def test_the_list_holds_every_locked_package_and_is_valid() -> None:
    listed = audit.bill()
    purls = {component["purl"] for component in listed["components"]}
    pinned = re.findall(r"^([a-z0-9][a-z0-9.-]*)==(\S+)", audit.REQUIREMENTS.read_text(), re.MULTILINE)
    assert pinned
    assert {f"pkg:pypi/{name}@{version}" for name, version in pinned} <= purls
    assert {"pkg:npm/echarts@6.1.0", "pkg:npm/%40tabler/core@1.6.1"} <= purls
    assert not [purl for purl in purls if "axe-core" in purl], "what only tests use is no part of the pages"
    version = SchemaVersion.from_version(listed["specVersion"])
    assert JsonStrictValidator(version).validate_str(json.dumps(listed)) is None
    assert listed == audit.bill()


def test_all_is_well(told: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert set(told) == {"pip_audit", "npm"}
    assert audit.main([str(tmp_path / "sbom.json")]) == 0
    said = capsys.readouterr()
    assert "no weakness is known" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    ("program", "answer", "code", "says"),
    [
        ("pip_audit", PYTHON_WEAK, 1, "leaky 2.0: PYSEC-1 CVE-2026-1, fixed in 2.1"),
        ("npm", NPM_WEAK, 1, "leaky.js <3: high, not fixed yet"),
        ("pip_audit", "", 0, "!! NOT AUDITED: Python requirements"),
        ("pip_audit", {"dependencies": [{"name": "sound", "skip_reason": "…"}]}, 0, "!! NOT AUDITED: 1 of 1 Python"),
        ("pip_audit", {"dependencies": []}, 0, "!! NOT AUDITED: 0 of 0 Python"),
        ("npm", {"error": {"code": "ENOTFOUND"}}, 0, "!! NOT AUDITED: npm packages"),
        ("npm", "[]", 0, "!! NOT AUDITED: npm packages"),
    ],
)
def test_a_weakness_fails_and_no_answer_is_said(
    told: dict[str, object],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    program: str,
    answer: object,
    code: int,
    says: str,
) -> None:
    told[program] = answer
    assert audit.main([str(tmp_path / "sbom.json")]) == code
    said = capsys.readouterr()
    assert says in (said.out if code else said.err)
    assert "no weakness is known" not in said.out


def test_a_program_that_is_missing_gives_no_answer() -> None:
    assert audit.asked(("no-such-program-of-rasr",)) == ""
