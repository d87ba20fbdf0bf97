"""What a browser says of itself, in two words that somebody knows their device by.

>>> told("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
'Firefox, Linux'
"""

from __future__ import annotations

from django.utils.translation import gettext as _

BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS": "macOS",
    "Linux": "Linux",
}
"""Parts of what a browser says, in the order they are looked for: most name others, too."""


def told(user_agent: str) -> str:
    """Browser and system, as far as they are known."""
    found = [next((name for part, name in names.items() if part in user_agent), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found)) or _("Unknown device")
