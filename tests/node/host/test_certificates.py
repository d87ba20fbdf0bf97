"""The node's own authority: made once, renewed under, refused when its time is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as node_settings
from django.test import Client

from rasr.core.basis.findings import Refused
from rasr.node.config import NodeConfig
from rasr.node.host import certificates, doors

NOW = datetime(2027, 5, 31, 12, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> NodeConfig:
    """A node with an empty home folder, that would answer to other machines."""
    return NodeConfig(home=tmp_path, mode="production", bind="0.0.0.0:8443")


def refusal(config: NodeConfig, now: datetime = NOW) -> str:
    with pytest.raises(Refused) as refused:
        doors.checked(config, now=now)
    return refused.value.code


def test_without_a_certificate_only_this_machine_is_served(config: NodeConfig) -> None:
    assert certificates.of_server(config, now=NOW) is None
    assert refusal(config) == "bind_without_tls"
    assert refusal(replace(config, bind="node.invalid:8443")) == "bind_without_tls"


@pytest.mark.parametrize("mode", ["demo", "test"])
def test_a_demo_is_served_on_this_machine_only_also_with_tls(config: NodeConfig, mode: str) -> None:
    certificates.make(config.home, [], now=NOW)
    assert refusal(replace(config, mode=mode)) == "bind_of_demo"
    assert doors.checked(replace(config, mode="test", bind="[::1]:8443"), now=NOW) is not None


def test_made_once_and_renewed_under_the_same_authority(config: NodeConfig) -> None:
    first = certificates.make(config.home, ["Node.Example", "192.168.1.5"], now=NOW)
    assert first.names == ("node.example", "localhost", "192.168.1.5", "127.0.0.1", "::1")
    assert first.new_authority
    for path in (config.home / "tls").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path
    with pytest.raises(Refused) as refused:
        certificates.make(config.home, [], now=NOW)
    assert refused.value.code == "certificate_exists"
    later = NOW + timedelta(days=390)
    second = certificates.make(config.home, [], now=later, days=30, renew=True)
    assert (second.names, second.fingerprint, second.new_authority) == (first.names, first.fingerprint, False)
    assert second.not_after == later + timedelta(days=30)


def test_the_authority_certifies_nothing_but_its_names(config: NodeConfig) -> None:
    certificates.make(config.home, ["node.example"], now=NOW)
    before = (config.home / "tls" / "server.crt").read_bytes()
    for name in ("bank.example", "xnode.example", "8.8.8.8"):
        with pytest.raises(Refused) as refused:
            certificates.make(config.home, [name], now=NOW, renew=True)
        assert refused.value.code == "certificate_name"
    assert (config.home / "tls" / "server.crt").read_bytes() == before
    assert "www.node.example" in certificates.make(config.home, ["www.node.example"], now=NOW, renew=True).names


@pytest.mark.parametrize("name", ["", "a b", "-a", "a..b", "*.example", "a" * 64, "node.example/x"])
def test_what_is_no_name_is_refused(config: NodeConfig, name: str) -> None:
    with pytest.raises(Refused) as refused:
        certificates.make(config.home, [name], now=NOW)
    assert refused.value.code == "bad_option"
    assert not (config.home / "tls").exists()


@pytest.mark.parametrize(
    ("days", "code"), [(397, "certificate_expired"), (-1, "certificate_not_yet"), (5000, "certificate_expired")]
)
def test_a_certificate_out_of_its_time_is_refused(config: NodeConfig, days: int, code: str) -> None:
    certificates.make(config.home, [], now=NOW)
    assert certificates.of_server(config, now=NOW + timedelta(days=396)) is not None
    assert refusal(config, NOW + timedelta(days=days)) == code


def test_an_expired_authority_renews_nothing(config: NodeConfig) -> None:
    certificates.make(config.home, [], now=NOW)
    with pytest.raises(Refused) as refused:
        certificates.make(config.home, [], now=NOW + timedelta(days=3650), renew=True)
    assert refused.value.code == "certificate_expired"


def test_a_key_of_another_and_files_that_are_none_are_refused(config: NodeConfig) -> None:
    certificates.make(config.home, [], now=NOW)
    tls = config.home / "tls"
    good = (tls / "server.key").read_bytes()
    (tls / "server.key").write_bytes((tls / "ca.key").read_bytes())
    assert refusal(config) == "certificate_key"
    (tls / "server.key").write_bytes(b"no key")
    assert refusal(config) == "certificate_unreadable"
    (tls / "server.key").write_bytes(good)
    (tls / "server.crt").write_bytes(b"no certificate")
    assert refusal(config) == "certificate_unreadable"
    assert refusal(replace(config, certificate="elsewhere.crt", key="elsewhere.key")) == "certificate_unreadable"


def test_a_certificate_from_elsewhere_stands_in_front(config: NodeConfig) -> None:
    certificates.make(config.home, [], now=NOW)
    given = replace(config, certificate="tls/server.crt", key=str(config.home / "tls" / "server.key"))
    found = certificates.of_server(given, now=NOW)
    assert found is not None
    assert found.certificate == config.home / "tls" / "server.crt"
    assert certificates.authority_of(given) is None
    assert certificates.authority_of(config) is not None


@pytest.mark.django_db
def test_the_page_of_trust_gives_fingerprint_and_certificate(client: Client) -> None:
    assert "no authority of its own" in client.get("/trust/").content.decode()
    assert client.get("/trust/rasr-ca.crt").status_code == 404
    tls = node_settings.NODE.home / "tls"
    made = certificates.make(node_settings.NODE.home, [], now=datetime.now(UTC))
    try:
        page = client.get("/trust/").content.decode()
        assert made.fingerprint in page
        for system in ("Windows", "Firefox", "Android", "iPhone", "Debian"):
            assert system in page
        answer = client.get("/trust/rasr-ca.crt")
        assert answer["Content-Type"] == "application/x-x509-ca-cert"
        assert answer.content == (tls / "ca.crt").read_bytes()
        assert b"PRIVATE" not in answer.content
    finally:
        for path in tls.iterdir():
            path.unlink()
        tls.rmdir()
