"""Attempts to sign in that failed: after so many, nobody gets in for a while under that name from that address.

Counted in the memory of each process of the server, so that nothing of it is written anywhere; with more processes
there are as many times more attempts. Behind a server that ends TLS every address is that of this machine: then only
the name counts.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from hashlib import sha256

from django.core.cache import cache

MOST_OF_NAME, MOST_OF_ADDRESS = 10, 50
WAIT_S = 300


def must_wait(username: str, address: str) -> bool:
    """Whether too many attempts have failed; then not even the right password is looked at."""
    return any(cache.get(key, 0) >= most for key, most in _counted(username, address))


def failed(username: str, address: str) -> None:
    """Count an attempt that failed. Counts are forgotten ``WAIT_S`` after their first attempt."""
    for key, _ in _counted(username, address):
        cache.add(key, 0, timeout=WAIT_S)
        try:
            cache.incr(key)
        except ValueError:  # its time was over between the two
            cache.add(key, 1, timeout=WAIT_S)


def succeeded(username: str, address: str) -> None:
    """Forget what failed before under this name."""
    cache.delete(next(_counted(username, address))[0])


def _counted(username: str, address: str) -> Iterator[tuple[str, int]]:
    """Keys of counts and their limits: of the name from the address first, then of the address."""
    yield _key("name", username.casefold(), address), MOST_OF_NAME
    if not _here(address):
        yield _key("address", address), MOST_OF_ADDRESS


def _key(*parts: str) -> str:
    return f"people:attempts:{sha256(repr(parts).encode()).hexdigest()}"


def _here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return True
