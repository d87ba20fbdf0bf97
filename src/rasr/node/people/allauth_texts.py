"""What django-allauth itself says on our pages, in its own words: collected here, so that our catalogues have it.

It speaks three of our languages; ours come first (``settings.LOCALE_PATHS``). Everything else it would say is said by
our forms and adapters in our words, or is never met.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop

MET = frozenset({
    gettext_noop("You must type the same password each time."),
})  # fmt: skip
"""Texts of allauth that somebody can meet on this node."""
