"""Blocks of the report on a page: ``{% plan_block block panel.ident 1 %}``; and where to take tables along."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from rasr.node.plan.headings import TABLES
from rasr.node.plan.models import PlanRun
from rasr.node.plan.pages import CARDS, QUEUE
from rasr.report.page import Block, Cell, Table

register = template.Library()


@register.inclusion_tag("plan/block.html")
def plan_block(block: Block, ident: str, number: int) -> dict[str, Any]:
    """A block of ``rasr.report.page``; ident, number: its place in the page, by which a table is named."""
    told: dict[str, Any] = {"block": block, "ident": f"{ident}-{number}"}
    if isinstance(block, Table):
        cards = block.css in (QUEUE, CARDS)
        told |= {"cards": cards, "body": table_body(block, cards=cards)}
    return told


def table_body(table: Table, *, cards: bool = False) -> SafeString:
    """The rows of a table as HTML. Put together here, since a template takes five times as long for each cell.

    cards: whether each cell carries the heading of its column, for rows that become cards.
    """
    names = [format_html(' data-label="{}"', head.text) if cards else "" for head in table.heads]
    lines = (
        format_html("<tr>{}</tr>", mark_safe("".join(_cell(cell, name) for cell, name in zip(row, names, strict=True))))
        for row in table.rows
    )
    return mark_safe("\n".join(lines))


def _cell(cell: Cell, name: str) -> str:
    css = f' class="{cell.css}"' if cell.css else ""
    note = f' <span class="ends">{conditional_escape(cell.note)}</span>' if cell.note else ""
    return f'<td{css}{name}><span class="cell">{conditional_escape(cell.text)}{note}</span></td>'


@register.inclusion_tag("plan/exports.html")
def plan_exports(run: PlanRun, names: list[str]) -> dict[str, Any]:
    """Links to tables of the joint plan, and to the files of them."""
    return {"run": run, "tables": [(name, TABLES[name]) for name in names]}
