"""Headers of every answer that Django does not set: what a page may ask of the machine, and who may draw on it.

The content security policy is django-csp's; what belongs to TLS, frames and addresses that lead here, Django's own
SecurityMiddleware sets. The list of all of them, with reasons: docs/security/hardening.md.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest, HttpResponseBase

Answer = Callable[[HttpRequest], HttpResponseBase]
NOT_USED = (
    "accelerometer", "autoplay", "bluetooth", "camera", "display-capture", "encrypted-media", "gamepad", "geolocation",
    "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "serial",
    "usb", "xr-spatial-tracking",
)  # fmt: skip
"""What a browser offers and no page of the node uses. Passkeys are not named: they stay open to the node itself."""
PERMISSIONS = ", ".join(f"{name}=()" for name in NOT_USED)
TRANSPORT = "Strict-Transport-Security"
LEFT = "rasr.signed_out"
ALL, NOT_WHAT_IS_KEPT = '"cache", "storage"', '"cache"'
"""What a browser forgets at the end of a session."""


class Headers:
    """Sets them, on pages, files and static files alike; stands outside of every other middleware but the log's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if _is_this_machine(request):
            # a browser would ask for TLS of every program on this machine, also of a demo, for a year
            response.headers.pop(TRANSPORT, None)
        if forgets := request.META.get(LEFT):
            response.headers["Clear-Site-Data"] = forgets
        return response


def _is_this_machine(request: HttpRequest) -> bool:
    """Whether the address was typed as localhost. Browsers pass over the header for numbers such as 127.0.0.1."""
    name = str(request.META.get("HTTP_HOST", "")).partition(":")[0].lower()
    return name == "localhost" or name.endswith(".localhost")


def _left(request: HttpRequest | None = None, **_: object) -> None:
    """Note on the request that its user has signed out."""
    if request is not None:
        request.META[LEFT] = ALL


def keep_stored(request: HttpRequest) -> None:
    """The session was ended by the node: figures counted without a network stay on the device of who counted them."""
    request.META[LEFT] = NOT_WHAT_IS_KEPT


user_logged_out.connect(_left, dispatch_uid="rasr.signed_out")
