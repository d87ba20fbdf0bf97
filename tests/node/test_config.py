"""Settings that cannot be used are refused in a sentence, which quotes no password."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from rasr.node.config import CHOICES, BadConfigError, NodeConfig


@pytest.mark.parametrize(
    "url", ["postgresql://u:hidden/rest@host/db", "postgresql://u:hidden@[host/db", "mysql://hidden"]
)
def test_an_address_of_a_database_that_is_none_is_not_quoted(tmp_path: Path, url: str) -> None:
    config = NodeConfig(home=tmp_path, database_url=url)
    with pytest.raises(BadConfigError) as refused:
        config.database()
    assert "hidden" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_password_may_hold_every_sign_written_as_in_addresses(tmp_path: Path) -> None:
    found = NodeConfig(home=tmp_path, database_url="postgresql://u:a%2Fb%40%3A%23@host:5433/db").database()
    assert (found["PASSWORD"], found["HOST"], found["PORT"]) == ("a/b@:#", "host", 5433)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "live"),
        ("log_level", "loud"),
        ("language", "xx"),
        ("time_zone", "Europe"),
        ("time_zone", "Mars/X"),
        ("time_zone", ""),
        ("bind", "8000"),
        ("database_url", "mysql://x"),
    ],
)
def test_a_value_that_is_none_is_refused_when_it_is_read(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadConfigError, match=name):
        NodeConfig.read({"RASR_HOME": str(tmp_path), f"RASR_{name.upper()}": value})


def test_every_language_of_the_pages_can_be_that_of_the_node() -> None:
    assert CHOICES["language"] == tuple(code for code, _ in settings.LANGUAGES)


@pytest.mark.parametrize("bind", ["127.0.0.1:²", "127.0.0.1", ":8000", "127.0.0.1:0", "127.0.0.1:65536"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, bind: str) -> None:
    with pytest.raises(BadConfigError):
        _ = NodeConfig(home=tmp_path, bind=bind).bind_address
