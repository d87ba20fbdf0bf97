"""Builds SVG and HTML elements as escaped markup, so that no chart needs a library.

>>> str(element("circle", cx=1.25, class_="dot"))
'<circle cx="1.2" class="dot"/>'
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

Attribute = str | int | float | None


def number(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def element(name: str, *children: Markup | str, **attributes: Attribute) -> Markup:
    """One element; an underscore in an attribute's name stands for a hyphen, one at its end is dropped."""
    parts = Markup("").join(
        Markup(' {}="{}"').format(
            key.rstrip("_").replace("_", "-"), number(value) if isinstance(value, float) else value
        )
        for key, value in attributes.items()
        if value is not None
    )
    inner = Markup("").join(escape(child) for child in children)
    if not children:
        return Markup("<{0}{1}/>").format(Markup(name), parts)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), parts, inner)


def picture(ident: str, title: str, description: str, size: tuple[float, float], *children: Markup, css: str) -> Markup:
    """An SVG picture that a screen reader can name: role img, title and description."""
    width, height = size
    return element(
        "svg",
        element("title", title, id=f"{ident}-title"),
        element("desc", description, id=f"{ident}-desc"),
        *children,
        class_=css,
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_labelledby=f"{ident}-title {ident}-desc",
    )


def path(points: Iterable[tuple[float, float]], *, closed: bool = False) -> str:
    """Path data through the points."""
    data = "L".join(f"{number(x)},{number(y)}" for x, y in points)
    return f"M{data}{'Z' if closed else ''}"
