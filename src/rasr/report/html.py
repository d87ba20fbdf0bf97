"""Renders a page to one HTML file that asks for nothing from outside."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rasr.report.page import Page
from rasr.report.texts import Texts

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    """Escapes everything that is not markup already, whatever the name of the template."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["css_text"] = css_text
    return made


def css_text(text: str) -> str:
    """Text as it may stand between quotes in a style sheet, whatever is in it: every letter by its number.

    >>> css_text("a<")
    '\\\\000061\\\\00003c'
    """
    return "".join(f"\\{ord(letter):06x}" for letter in text)


def render(page: Page, texts: Texts, mark: str = "") -> str:
    """The page as HTML. mark: the word of its class mark."""
    return _environment().get_template("report.html.j2").render(page=page, t=texts.t, mark=mark)
