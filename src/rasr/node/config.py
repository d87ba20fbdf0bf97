"""What an owner may set of a node: one file ``node.toml`` in its home folder, or the environment in front of it.

Every key of ``NodeConfig`` can stand in the file, or in the environment as RASR_ and its name in capitals.

>>> NodeConfig.read({"RASR_HOME": "/srv/rasr", "RASR_UPLOAD_LIMIT_MB": "20"}).upload_limit_mb
20
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from rasr.report.texts import LANGUAGES

FILE = "node.toml"
PREFIX = "RASR_"
CHOICES = {
    "mode": ("production", "demo", "test"),
    "language": LANGUAGES,
    "log_level": ("debug", "info", "warning", "error"),
    "password_policy": ("portal", "passphrase"),
    "second_factor": ("", "required", "optional"),
    "smtp_security": ("starttls", "tls", "none"),
}
POSTGRESQL = ("postgresql", "postgres")


class BadConfigError(ValueError):
    """A setting that cannot be used; the text says which, where and what is wanted."""


@dataclass(frozen=True)
class NodeConfig:
    """The settings of one node.

    home: folder of the node: database, keys, uploads. mode: production, demo or test. name: shown on every page.
    language: of who has not chosen one. time_zone: IANA name. database_url: ``sqlite`` (a file in the home folder) or
    postgresql://user:password@host:port/name. hosts: names the node answers to, apart by commas. bind: address and port
    of the server. workers: its processes. certificate, key: files for TLS, by default those of ``rasr certificate``.
    upload_limit_mb: largest upload. log_level: debug, info, warning or error. secure_cookies: cookies over TLS only;
    off only where TLS ends in front of the node or on the machine itself.

    Of people: password_policy: portal (12 signs of four kinds, the rule of the field's own portals) or passphrase
    (length and a list of known ones). open_sign_up: whether anybody may make an account (never with a role).
    idle_minutes: until who does nothing is signed out. second_factor: required or optional; empty is required in
    production, else optional. invitation_days, approval_days: until one expires. emergency_hours, delay_hours: until an
    act takes effect that nobody else approved, and until a lost second factor is taken off. class_marks: the nation's
    words for public, restricted, confidential, apart by commas. back_dating_hours: how long after it took effect a
    movement may be recorded without the right to back-date. stock_validity_days: how long a count confirms a record.
    first_inspection_days: how long after something first came there a store must have been inspected; 0: no such rule.
    reassess_days: how long an assessment of security holds until the place is due again (our judgement, no norm).
    writes_per_minute, files_per_minute: of one user, or one address not signed in.

    Of mail (none without smtp_host): smtp_security: starttls, tls or none; smtp_password_file: a file that holds it;
    mail_from: the sender.
    """

    home: Path
    mode: str = "production"
    name: str = ""
    language: str = "en"
    time_zone: str = "Europe/Belgrade"
    database_url: str = "sqlite"
    hosts: str = "localhost,127.0.0.1,[::1]"
    bind: str = "127.0.0.1:8000"
    workers: int = 2
    certificate: str = ""
    key: str = ""
    upload_limit_mb: int = 64
    log_level: str = "info"
    secure_cookies: bool = True
    password_policy: str = "passphrase"
    open_sign_up: bool = False
    idle_minutes: int = 15
    second_factor: str = ""
    invitation_days: int = 7
    approval_days: int = 7
    emergency_hours: int = 24
    delay_hours: int = 24
    back_dating_hours: int = 24
    stock_validity_days: int = 365
    first_inspection_days: int = 0
    reassess_days: int = 365
    class_marks: str = "public,restricted,confidential"
    writes_per_minute: int = 120
    files_per_minute: int = 20
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password_file: str = ""
    smtp_security: str = "starttls"
    mail_from: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> NodeConfig:
        """The settings of the home folder in RASR_HOME (default: ``node``). Raises BadConfigError."""
        given = os.environ if environment is None else environment
        home = Path(given.get(f"{PREFIX}HOME", "node")).absolute()
        known = {item.name: item.type for item in fields(cls) if item.name != "home"}
        values: dict[str, Any] = {}
        for name, value in _file(home / FILE).items():
            if name not in known:
                raise BadConfigError(f"{home / FILE}: there is no setting {name}; there are: {', '.join(known)}")
            values[name] = _typed(name, known[name], value, str(home / FILE))
        for name, kind in known.items():
            if (text := given.get(f"{PREFIX}{name.upper()}")) is not None:
                values[name] = _typed(name, kind, text, f"environment {PREFIX}{name.upper()}")
        config = cls(home=home, **values)
        config.check()
        return config

    def check(self) -> None:
        """Raises BadConfigError where a value is none for its setting."""
        for name, choices in CHOICES.items():
            if (value := getattr(self, name)) not in choices:
                raise BadConfigError(f"{name} is {value!r}; it must be one of: {', '.join(choices)}")
        try:
            ZoneInfo(self.time_zone)
        except (ValueError, KeyError, OSError):  # what it raises for a text that is no name, no zone, or a folder
            raise BadConfigError(
                f"time_zone is {self.time_zone!r}; it must be a name such as Europe/Belgrade"
            ) from None
        if len(self.mark_words) != 3 or not all(self.mark_words):
            raise BadConfigError(f"class_marks is {self.class_marks!r}; it must be three words apart by commas")
        if self.smtp_host and not self.mail_from:
            raise BadConfigError("mail_from must be set where smtp_host is")
        self.bind_address, self.database()

    @property
    def mark_words(self) -> list[str]:
        """The nation's words for public, restricted and confidential."""
        return [word.strip() for word in self.class_marks.split(",")]

    @property
    def needs_second_factor(self) -> bool:
        """Whether every account must have a second factor."""
        return self.second_factor == "required" or (not self.second_factor and self.mode == "production")

    @property
    def host_names(self) -> list[str]:
        """The names the node answers to."""
        return [name.strip() for name in self.hosts.split(",") if name.strip()]

    @property
    def bind_address(self) -> tuple[str, int]:
        """Address and port of the server. Raises BadConfigError."""
        host, _, port = self.bind.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise BadConfigError(f"bind is {self.bind!r}; it must be an address and a port such as 127.0.0.1:8000")
        return host.strip("[]"), int(port)

    def smtp_password(self) -> str:
        """The password for the mail server, from its file; empty where there is none. Raises BadConfigError."""
        if not self.smtp_host or not self.smtp_password_file:
            return ""
        try:
            return Path(self.smtp_password_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as fault:
            raise BadConfigError(f"smtp_password_file cannot be read: {fault}") from fault

    def database(self) -> dict[str, Any]:
        """Django's setting of the database. Raises BadConfigError."""
        if self.database_url == "sqlite":
            return {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": self.home / "rasr.sqlite3",
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 30,
                    # the last: triggers refuse what REPLACE deletes, too
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
                },
            }
        return _postgresql(self.database_url)


def _file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BadConfigError(f"{path} cannot be read: {fault}") from fault


def _typed(name: str, kind: Any, value: Any, where: str) -> Any:
    """The value in the type of its setting; ``kind`` is the annotation as written."""
    if kind == "bool":
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("yes", "no", "true", "false"):
            return value.lower() in ("yes", "true")
        raise BadConfigError(f"{where}: {name} must be yes or no")
    if kind == "int":
        if isinstance(value, bool) or not str(value).isdecimal() or int(value) < 1:
            raise BadConfigError(f"{where}: {name} must be a whole number above 0")
        return int(value)
    if not isinstance(value, str):
        raise BadConfigError(f"{where}: {name} must be a text")
    return value


def _postgresql(url: str) -> dict[str, Any]:
    wanted = "database_url must be sqlite, or postgresql://user:password@host:port/name"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # which quotes what stands there: a part of the password, if it holds a sign of addresses
        raise BadConfigError(f"{wanted}; in the password / is written %2F, : %3A, @ %40 and # %23") from None
    if parts.scheme not in POSTGRESQL or not parts.path.strip("/"):
        raise BadConfigError(wanted)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **dict(parse_qsl(parts.query))},
    }
