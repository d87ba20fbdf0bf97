"""What RASR is made of, and which known weaknesses its libraries have: ``python -m tools.audit sbom.cdx.json``.

Writes the list of components that run (locked Python requirements and npm packages) as CycloneDX JSON, then asks the
advisory services of pip-audit and npm about them. Exit code: 1 where a weakness is known, else 0. What could not be
asked, because there is no network or no answer, is said in a line of its own that begins with !! and is no weakness:
the list can be carried to a machine with a network and asked about there.

>>> fixed_in(["2.1", "3.0"])
'fixed in 2.1, 3.0'
>>> fixed_in([])
'not fixed yet'
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements/base.txt"
NPM_LOCK = ROOT / "package-lock.json"
ASKED_WITHIN_S = 300


@dataclass(frozen=True)
class Told:
    """What an advisory service said: weaknesses, a line each; and what it said nothing about, empty if nothing."""

    known: list[str]
    unasked: str = ""


# What it is made of.


def components_of_npm(lock: Path = NPM_LOCK) -> list[dict[str, Any]]:
    """The npm packages that become part of the pages, as CycloneDX components; tools of the tests are left out."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return [_component(path, entry) for path, entry in sorted(packages.items()) if path and not entry.get("dev")]


def _component(path: str, entry: dict[str, Any]) -> dict[str, Any]:
    name = path.rpartition("node_modules/")[2]
    purl = f"pkg:npm/{quote(name, safe='/')}@{entry['version']}"
    scheme, _, digest = entry["integrity"].partition("-")
    hashed = {"alg": f"SHA-{scheme.removeprefix('sha')}", "content": base64.b64decode(digest).hex()}
    made: dict[str, Any] = {"bom-ref": purl, "type": "library", "name": name, "version": entry["version"], "purl": purl}
    if "license" in entry:
        made["licenses"] = [{"expression": entry["license"]}]
    return {**made, "hashes": [hashed]}


def bill(requirements: Path = REQUIREMENTS, npm_lock: Path = NPM_LOCK) -> dict[str, Any]:
    """The whole list as CycloneDX; the same for the same locks."""
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", str(requirements), "--pyproject",
               str(ROOT / "pyproject.toml"), "--mc-type", "application", "--output-reproducible", "--of", "JSON",
               "-o", "-"]  # fmt: skip
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=ASKED_WITHIN_S)
    listed: dict[str, Any] = json.loads(made.stdout)
    of_npm = components_of_npm(npm_lock)
    listed["components"] = [*listed.get("components", []), *of_npm]
    listed["dependencies"] = [*listed.get("dependencies", []), *({"ref": item["bom-ref"]} for item in of_npm)]
    return listed


# Which weaknesses are known of it.


def of_python(answer: str) -> Told:
    """What pip-audit says in JSON; anything else is no answer."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Told([], "Python requirements")
    known = []
    for package in packages:
        for found in package.get("vulns", []):
            names = " ".join([found["id"], *found.get("aliases", [])])
            known.append(f"{package['name']} {package['version']}: {names}, {fixed_in(found['fix_versions'])}")
    # pip-audit also skips what it cannot ask about, and still says that all is well
    skipped = sum("skip_reason" in package for package in packages)
    return Told(known, f"{skipped} of {len(packages)} Python requirements" if skipped or not packages else "")


def of_npm(answer: str) -> Told:
    """What npm says in JSON; anything else is no answer."""
    try:
        found = json.loads(answer)["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        return Told([], "npm packages")
    known = []
    for name, entry in sorted(found.items()):
        help_known = "can be updated" if entry["fixAvailable"] else "not fixed yet"
        known.append(f"{name} {entry['range']}: {entry['severity']}, {help_known}")
    return Told(known)


def fixed_in(versions: list[str]) -> str:
    """Which versions no longer have a weakness."""
    return f"fixed in {', '.join(versions)}" if versions else "not fixed yet"


PIP_AUDIT = (sys.executable, "-m", "pip_audit", "--requirement", str(REQUIREMENTS), "--require-hashes", "--disable-pip",
             "--format", "json", "--progress-spinner", "off")  # fmt: skip
NPM_AUDIT = ("npm", "audit", "--package-lock-only", "--omit=dev", "--json")


def asked(command: tuple[str, ...]) -> str:
    """What an advisory service says; empty where the program is missing or takes too long."""
    try:
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=ASKED_WITHIN_S)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout


def main(arguments: list[str]) -> int:
    """Write the list to the file named, then ask."""
    if len(arguments) != 1:
        print("usage: python -m tools.audit FILE", file=sys.stderr)
        return 2
    listed = bill()
    Path(arguments[0]).write_text(f"{json.dumps(listed, indent=1, sort_keys=True)}\n", encoding="utf-8")
    print(f"{arguments[0]}: {len(listed['components'])} components")
    told = [read(asked(command)) for read, command in ((of_python, PIP_AUDIT), (of_npm, NPM_AUDIT))]
    for line in (line for each in told for line in each.known):
        print(line)
    for what in (each.unasked for each in told if each.unasked):
        print(f"!! NOT AUDITED: {what} (no answer from the advisory service; is there a network?)", file=sys.stderr)
    if told == [Told([])] * len(told):
        print("no weakness is known of them today")
    return 1 if any(each.known for each in told) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
