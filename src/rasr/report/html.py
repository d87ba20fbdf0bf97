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
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(page: Page, texts: Texts) -> str:
    """The page as HTML."""
    return _environment().get_template("report.html.j2").render(page=page, t=texts.t)
