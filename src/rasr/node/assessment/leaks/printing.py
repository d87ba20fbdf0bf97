"""The result of a security visit on paper: PDF by typst, in the language in force, confidential on every page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files

import typst
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rasr.node.assessment.leaks import told
from rasr.node.assessment.leaks.queries import Found
from rasr.node.assessment.models import SecurityVisit
from rasr.node.places.models import Site
from rasr.node.web import languages, marks
from rasr.node.web.marks import Mark

ROOM = "rasr.node.assessment.leaks"


def result(site: Site, found: Found, over_time: Sequence[tuple[SecurityVisit, float, float]]) -> bytes:
    """The paper of one site."""
    visit = over_time[-1][0] if over_time else None
    tables = [told.by_heading(found), told.weak(found), told.trend(over_time), told.index(found), told.works(found)]
    facts = [(_("Site"), site.name), (_("Organisation"), site.organisation.name), *told.facts(found, visit)]
    page = {
        "language": languages.html_lang(),
        "title": _("Security of a site"),
        "name": site.name,
        "mark": marks.word(Mark.CONFIDENTIAL),
        "page": _("Page"),
        "facts": [list(one) for one in facts],
        "none": "" if visit else _("No visit here is finished: nothing is known of how it is secured."),
        "tables": told.cells(tables),
        "printed_on": _("Printed on %(day)s") % {"day": date_format(timezone.localdate(), "SHORT_DATE_FORMAT")},
    }
    source = files(ROOM).joinpath("result.typ").read_bytes()
    made = typst.compile(source, format="pdf", sys_inputs={"told": json.dumps(page, ensure_ascii=False)})
    assert isinstance(made, bytes)
    return made
