"""Where a node may be reached, and how: what stands against an address is said before anything is loaded.

Needs no Django, so that a refusal comes at once.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from datetime import datetime

from rasr.core.basis.findings import Refused
from rasr.node.config import NodeConfig
from rasr.node.host import certificates
from rasr.node.host.certificates import Files


def checked(config: NodeConfig, *, now: datetime) -> Files | None:
    """The certificate to serve with, or None on this machine only.

    Raises Refused: bind_of_demo, bind_without_tls, and those of ``certificates.of_server``.
    """
    host, _ = config.bind_address
    here = _is_loopback(host)
    if config.mode != "production" and not here:
        raise Refused("bind_of_demo", address=config.bind)
    tls = certificates.of_server(config, now=now)
    if tls is None and not here:
        raise Refused("bind_without_tls", address=config.bind)
    return tls


def address(config: NodeConfig, tls: Files | None) -> str:
    """What to type into a browser on this machine."""
    host, port = config.bind_address
    if _is_loopback(host) or host in ("0.0.0.0", "::"):
        host = "localhost"
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{shown}:{port}/"


def listening(config: NodeConfig) -> socket.socket:
    """A socket on the address of the settings. Raises Refused: port_in_use, cannot_listen."""
    host, port = config.bind_address
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        door = socket.socket(family, socket.SOCK_STREAM)
    except OSError as fault:
        raise Refused("cannot_listen", address=config.bind, reason=fault.strerror or str(fault)) from fault
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
        door.listen()
    except OSError as fault:
        door.close()
        if fault.errno == errno.EADDRINUSE:
            raise Refused("port_in_use", address=config.bind) from fault
        raise Refused("cannot_listen", address=config.bind, reason=fault.strerror or str(fault)) from fault
    return door


def _is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address; a name is looked up, and every address of it must be."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, None)]
    except OSError:
        return False
    return all(ipaddress.ip_address(item.partition("%")[0]).is_loopback for item in found)
