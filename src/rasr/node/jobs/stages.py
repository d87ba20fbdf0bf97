"""Kinds of jobs and what they are doing, as they are shown; whoever tells progress gives the code.

>>> str(stage_told("danger"))
'Working out the danger of each store'
>>> str(stage_told("sorting_socks"))
'sorting socks'
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STAGES: dict[str, Promise] = {
    "reading": _("Reading"),
    "checking": _("Checking"),
    "annotating": _("Marking the findings in the copy"),
    "comparing": _("Comparing with the register"),
    "places": _("Writing places"),
    "articles": _("Writing articles"),
    "writing": _("Writing the results"),
    "stock": _("Summing up the stock"),
    "danger": _("Working out the danger of each store"),
    "distances": _("Measuring distances to neighbours"),
    "uncertainty": _("Working out how sure the figures are"),
    "pools": _("Gathering what may be planned"),
    "assessing": _("Assessing the danger"),
    "planning": _("Planning"),
    "bound": _("Looking for what no plan can beat"),
    "roundings": _("Trying plans"),
    "cost": _("Lowering the cost of the best plan"),
    "alone": _("Planning for each jurisdiction alone"),
    "joint": _("Planning for all jurisdictions together"),
    "groups": _("Planning for every group of jurisdictions"),
    "budgets": _("Planning with less and with more money"),
    "scenarios": _("Planning each scenario"),
    "draws": _("Planning with danger drawn from its interval"),
    "done": _("Done"),
}
"""Codes of stages."""

KINDS: dict[str, Promise] = {
    "assess": _("Assessment"),
    "plan": _("Plan"),
    "study": _("Study"),
    "check_upload": _("Check of an upload"),
    "load_upload": _("Load of an upload"),
    "read_survey": _("Reading of a survey"),
    "enforce_survey": _("Survey put in force"),
}
"""Kinds of jobs."""


def stage_told(code: str) -> Promise | str:
    """What a stage is called; a code without a name is shown as it is."""
    return STAGES.get(code, code.replace("_", " "))


def kind_told(code: str) -> Promise | str:
    """What a kind of job is called; a code without a name is shown as it is."""
    return KINDS.get(code, code.replace("_", " "))
