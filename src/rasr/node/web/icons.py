"""Pictures of the interface: strokes on a field of 24 by 24, drawn for this program.

>>> "<svg" in draw("menu")
True
"""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe

PATHS = {
    "home": "M4 11l8-7 8 7M6 10v10h12V10M10 20v-6h4v6",
    "sites": "M12 21s7-6.3 7-11a7 7 0 1 0-14 0c0 4.7 7 11 7 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
    "stores": "M3 21V9l9-5 9 5v12M7 21v-8h10v8M7 17h10",
    "stock": "M4 8l8-4 8 4-8 4zM4 8v8l8 4 8-4V8M12 12v8",
    "catalogue": "M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM9 8h6M9 12h6",
    "due": "M5 5h14v15H5zM5 9h14M9 3v4M15 3v4M9 14l2 2 4-4",
    "movements": "M4 8h13M13 4l4 4-4 4M20 16H7M11 12l-4 4 4 4",
    "lots": "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
    "items": "M5 9h14M5 15h14M10 4L8 20M16 4l-2 16",
    "counts": "M6 4h12v16H6zM9 9l1 1 2-2M9 15l1 1 2-2M14 9h1M14 15h1",
    "incidents": "M12 3l8 4v5c0 5-3.5 8-8 9-4.5-1-8-4-8-9V7zM12 8v5M12 16v.01",
    "uploads": "M12 15V4M7.5 8.5L12 4l4.5 4.5M4 15v5h16v-5",
    "assessments": "M4 20h16M6 17l4-6 4 3 5-9",
    "plans": "M4 6h9M4 12h13M4 18h6M17 6h3M20 12h0M14 18h6",
    "work": "M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
    "trail": "M7 4h10v16H7zM10 8h4M10 12h4M10 16h2",
    "menu": "M4 6h16M4 12h16M4 18h16",
    "security": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "people": "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20a6 6 0 0 1 12 0M16 4.5a3.5 3.5 0 0 1 0 6M18 14l3 6",
    "approvals": "M8 12l3 3 5-6M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
    "user": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 21a7.5 7.5 0 0 1 15 0",
    "language": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c5 5.5 5 12.5 0 18M12 3c-5 5.5-5 12.5 0 18",
    "theme": "M12 21a9 9 0 1 0 0-18zM12 3a9 9 0 0 0 0 18",
    "export": "M12 4v11M7.5 10.5L12 15l4.5-4.5M4 20h16",
    "up": "M6 15l6-6 6 6",
    "down": "M6 9l6 6 6-6",
    "both": "M8 10l4-4 4 4M8 14l4 4 4-4",
    "warning": "M12 4l9 16H3zM12 10v4M12 17v.01",
}


def draw(name: str) -> SafeString:
    """The picture, hidden from screen readers: the text beside it says what it means."""
    return mark_safe(  # all of it stands in this file
        '<svg class="icon" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        f'<path d="{PATHS[name]}"/></svg>'
    )
