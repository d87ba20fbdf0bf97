"""Tags and filters of every page: figures, names of codes, charts, controls of forms, pictures.

``{% load rasr %}``. Filters write figures without their unit, as ``rasr.report.numerals`` does:
``{{ store.neq_kg|tonnes }} t``, ``{{ share|percent }} %``.
"""

from __future__ import annotations

import json
from typing import Any

from django import forms, template
from django.contrib.messages.storage.base import Message
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from rasr import __version__
from rasr.core.basis.findings import Finding, Refused
from rasr.core.reference import loader
from rasr.node.web import codes, figures, icons, languages, marks, messages

register = template.Library()


def _filter_of(kind: str) -> None:
    register.filter(kind, lambda value: figures.write(kind, value))


for _kind in figures.WRITERS:
    _filter_of(_kind)


@register.filter
def significant(value: Any, digits: int = 3) -> str:
    """So many significant digits."""
    return figures.write(f"{figures.SIGNIFICANT}:{digits}", value)


@register.simple_tag
def interval(low: float | None, high: float | None, kind: str = "danger") -> str:
    """Both ends of an interval."""
    return f"{figures.write(kind, low)} – {figures.write(kind, high)}"


@register.simple_tag
def label(group: str, code: str | None) -> str:
    """The name of a code."""
    return str(codes.name(group, code))


@register.simple_tag
def say(fault: Finding | Refused) -> str:
    """The sentence of a finding or a refusal."""
    return messages.say(fault)


@register.simple_tag(takes_context=True)
def class_mark(context: template.Context) -> marks.Mark | None:
    """The class mark of what the page shows, None where it shows nothing that has one."""
    request = context.get("request")
    return marks.shown(request) if request else None


@register.filter
def mark_word(mark: int) -> SafeString:
    """The word of a class mark; what is the nation's own is not to be translated."""
    own = mark_safe(' translate="no"') if marks.own_word(mark) else ""
    return format_html('<span class="mark-word"{}>{}</span>', own, marks.word(mark))


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture of ``icons.PATHS``."""
    return icons.draw(name)


@register.simple_tag
def html_lang(code: str = "") -> str:
    """A language, by default that of the page, as a tag of HTML."""
    return languages.html_lang(code)


@register.simple_tag
def version() -> str:
    """The version of the program."""
    return __version__


@register.simple_tag
def edition() -> str:
    """The edition of the rule data."""
    return loader.edition()


@register.simple_tag
def report_text(key: str) -> str:
    """A text of the report: the footnote, the disclaimer of the map."""
    return languages.texts().t(key)


ALERTS = {"debug": "info", "info": "info", "success": "success", "warning": "warning", "error": "danger"}


@register.filter
def alert(message: Message) -> str:
    """The class of a message's box."""
    return ALERTS.get(message.level_tag, "info")


class Keep(template.Node):
    """What ``keep`` leaves in the template."""

    def __init__(self, nodelist: template.NodeList, name: str) -> None:
        self.nodelist, self.name = nodelist, name

    def render(self, context: template.Context) -> SafeString:
        """Nothing here; what stands inside goes into the variable."""
        context[self.name] = mark_safe(self.nodelist.render(context).strip())  # each variable in it was escaped
        return mark_safe("")


@register.tag
def keep(parser: template.base.Parser, token: template.base.Token) -> Keep:
    """``{% keep as name %}...{% endkeep %}``: what stands inside, drawn once, to be shown in several places."""
    name = token.split_contents()[2]
    nodelist = parser.parse(("endkeep",))
    parser.delete_first_token()
    return Keep(nodelist, name)


# Forms.


@register.inclusion_tag("web/control.html")
def control(field: forms.BoundField, look: str = "") -> dict[str, Any]:
    """A field of a form with its label, help and faults. look: ``compact`` in filters."""
    widget = field.field.widget
    kind, several = "form-control", isinstance(widget, forms.CheckboxSelectMultiple)
    if several or isinstance(widget, forms.CheckboxInput | forms.RadioSelect):
        kind = "form-check-input"
    elif isinstance(widget, forms.Select):
        kind = "form-select"
    css = " ".join(filter(None, (kind, widget.attrs.get("class", ""), "is-invalid" if field.errors else "")))
    drawn = _long_select(field, css) if _is_long(widget) else field.as_widget(attrs={"class": css})
    drawn = _boxes(field, css) if several else drawn
    check = isinstance(widget, forms.CheckboxInput)
    return {"field": field, "drawn": drawn, "look": look, "check": check, "several": several}


def _boxes(field: forms.BoundField, css: str) -> SafeString:
    """Boxes to tick, one below the other, each with its label."""
    field.field.widget.attrs["class"] = css
    box = '<div class="form-check">{} <label class="form-check-label" for="{}">{}</label></div>'
    return format_html_join("", box, ((each.tag(), each.id_for_label, each.choice_label) for each in field.subwidgets))


LONG = 40
"""From so many choices on a select is drawn without a template for each of them: there may be a thousand sites."""


def _is_long(widget: forms.Widget) -> bool:
    return type(widget) is forms.Select and len(list(widget.choices)) >= LONG


def _long_select(field: forms.BoundField, css: str) -> SafeString:
    """A select with its options, as Django's own would draw it."""
    value = "" if field.value() is None else str(field.value())
    attrs = field.build_widget_attrs({"class": css, "id": field.auto_id}, field.field.widget)
    options = (
        (code, mark_safe(" selected") if code == value else "", name)
        for code, name in ((str(code), name) for code, name in field.field.widget.choices)
    )
    body = format_html_join("", '<option value="{}"{}>{}</option>', options)
    return format_html('<select name="{}"{}>{}</select>', field.html_name, flatatt(attrs), body)


# Charts and maps.

CHARTS = ("danger", "bars", "gantt", "sankey", "compare", "radar", "scatter")


@register.inclusion_tag("web/chart.html")
def chart(kind: str, data_id: str, title: str = "", height: str = "", table: str = "") -> dict[str, Any]:
    """A chart of the data that ``json_script`` has put under ``data_id``, its table folded below.

    height: ``tall``. table: ``no`` where the page has a fuller table beside it.
    """
    if kind not in CHARTS:
        raise template.TemplateSyntaxError(f"there is no chart {kind}; there are: {', '.join(CHARTS)}")
    words = {
        "line": _("Line"),
        "from": _("From"),
        "to": _("To"),
        "what": _("What"),
        "value": _("Value"),
        "interval": _("interval"),
        "none": _("Nothing to show."),
    }
    return {
        "kind": kind,
        "data_id": data_id,
        "title": title,
        "height": height,
        "table": table,
        "texts": json.dumps(words),
    }


@register.inclusion_tag("web/map.html")
def danger_map(url: str, title: str = "") -> dict[str, Any]:
    """The map of sites by danger; url: where its JSON is."""
    words = {
        "site": _("Site"),
        "danger": _("Expected fatalities per year"),
        "interval": _("Interval"),
        "place": _("Place"),
        "neq": _("Net explosive quantity, t"),
        "none": _("Nothing to show."),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "or_more": _("{value} or more"),
        "failed": _("The map cannot be loaded."),
    }
    return {"url": url, "title": title, "texts": json.dumps(words)}


@register.simple_tag
def ordering(column: Any) -> SafeString:
    """The mark of how a column is sorted."""
    if not column.is_ordered:
        return icons.draw("both")
    return icons.draw("down" if column.order_by_alias.is_descending else "up")


@register.filter
def aria_sort(column: Any) -> str:
    """The value of aria-sort of a column's heading."""
    if not column.is_ordered:
        return "none"
    return "descending" if column.order_by_alias.is_descending else "ascending"


@register.filter
def order_choices(table: Any) -> list[tuple[str, str, bool]]:
    """What a table can be sorted by, upward and downward: value, heading, whether downward."""
    bare = [(column.name, str(column.header)) for column in table.columns if column.orderable]
    return [(sign + name, heading, sign == "-") for name, heading in bare for sign in ("", "-")]


@register.filter
def orders(table: Any) -> list[str]:
    """The values of ``order_choices``."""
    return [value for value, _heading, _down in order_choices(table)]


@register.filter
def page_numbers(table: Any) -> list[int]:
    """The numbers of pages to offer; 0 stands where some are left out."""
    elided = table.paginator.get_elided_page_range(table.page.number, on_each_side=2, on_ends=1)
    return [number if isinstance(number, int) else 0 for number in elided]


@register.filter
def leads(address: str, path: str) -> bool:
    """Whether a page lies below an address of the menu; only the home page itself lies below home."""
    return path == address if address == "/" else path.startswith(address)
