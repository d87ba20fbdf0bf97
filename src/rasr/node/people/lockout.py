"""Wrong passwords: after so many a name, or an address, waits, and not even the right password is looked at.

Counted in the cache that all processes share, by the limits of django-allauth. A name is counted for each address
apart, so that nobody far away shuts its owner out, and with more patience for all addresses together. This machine
itself is not counted as an address: where TLS ends in front of the node, everybody comes as it.
"""

from __future__ import annotations

import ipaddress

from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage
from django.http import HttpRequest

APP = "rasr.people"
NAME_HERE, NAME, ADDRESS = "sign_in_name_here", "sign_in_name", "sign_in_address"
RATES: dict[str, str] = {NAME_HERE: "10/5m/key", NAME: "100/1h/key", ADDRESS: "50/5m/key"}
"""Failures, in which time: of a name from one address, of a name from anywhere, of an address."""
WAIT_MINUTES = 5
LONGEST_NAME = 254


def begin(request: HttpRequest, name: str) -> RateLimitUsage | None:
    """Count an attempt before the password is looked at; None where it has to wait, and then nothing is counted."""
    keys = _keys(request, name)
    if not all(_counted(request, action, key, only_look=True) for action, key in keys.items()):
        return None
    counted = [_counted(request, action, key) for action, key in keys.items()]
    return RateLimitUsage(usage=[one for usage in counted if usage for one in usage.usage])


def succeeded(request: HttpRequest, name: str, counted: RateLimitUsage) -> None:
    """Take back what was counted; the name begins anew here."""
    counted.rollback()
    forget(request, name)


def forget(request: HttpRequest, name: str) -> None:
    """Forget what failed under this name from this address."""
    ratelimit.clear(request, app=APP, action=NAME_HERE, config=RATES, key=_keys(request, name)[NAME_HERE])


def address_of(request: HttpRequest) -> str:
    """The address that a request came from; where it has none, that of this machine."""
    text = str(request.META.get("REMOTE_ADDR", "")).partition("%")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:  # a socket of this machine
        return "127.0.0.1"


def _keys(request: HttpRequest, name: str) -> dict[str, str]:
    # upper first: where the database compares names so, the letter ı is i, and would be counted apart
    name, address = name.strip().upper().casefold()[:LONGEST_NAME], address_of(request)
    network = ratelimit.truncate_ip(address)  # of IPv6: who has one address there has 2^64
    keys = {NAME_HERE: f"{network} {name}", NAME: name}
    return keys if ipaddress.ip_address(address).is_loopback else {ADDRESS: network, **keys}


def _counted(request: HttpRequest, action: str, key: str, *, only_look: bool = False) -> RateLimitUsage | None:
    return ratelimit.consume(request, app=APP, action=action, config=RATES, key=key, dry_run=only_look)
