"""What the pages of the register offer to choose from, and what its tables are called.

>>> str(MEANINGS["stock"])
'How much of which article lies in which store, in which condition, held for what'
"""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, Promise] = {
    "jurisdictions": _("Jurisdictions"),
    "organisations": _("Organisations"),
    "sites": _("Sites"),
    "stores": _("Stores"),
    "licences": _("Licences"),
    "articles": _("Articles"),
    "stock": _("Stock"),
    "exposures": _("Exposures"),
    "requirements": _("Requirements"),
    "lines": _("Lines"),
    "line_rates": _("Rates of lines"),
    "routes": _("Routes"),
    "permits": _("Permits"),
    "funds": _("Funds"),
    "earmarks": _("Earmarks"),
    "exchange_rates": _("Exchange rates"),
    "settings": _("Settings"),
    "pools": _("Pools"),
    "danger_curves": _("Danger curves"),
}
"""Table of the register to its name; the workbook has a sheet for each, named by the code."""
MEANINGS: dict[str, Promise] = {
    "jurisdictions": _("Whose stock it is"),
    "organisations": _("Ministries, services and companies that run sites"),
    "sites": _("Depots, police storages and disposal facilities, each with its position"),
    "stores": _("Buildings and stacks of a site: construction and position"),
    "licences": _("How much net explosive quantity of which division a store may hold"),
    "articles": _("What a thing is: family, division, group, mass and net explosive quantity of one"),
    "stock": _("How much of which article lies in which store, in which condition, held for what"),
    "exposures": _("People near the stores: houses, schools, roads, workshops"),
    "requirements": _("How much of an article an organisation needs to keep"),
    "lines": _("Where stock can be destroyed"),
    "line_rates": _("What a line can process by which technique, how fast and at what cost"),
    "routes": _("Roads from site to site"),
    "permits": _("Which families may cross which border, and when"),
    "funds": _("Who pays how much, and when"),
    "earmarks": _("For whom and for what a fund may pay"),
    "exchange_rates": _("What a unit of a currency is worth in euro"),
    "settings": _("Length of a period, horizon, choice of methods"),
    "pools": _("Stock grouped for planning, given where nothing finer may leave"),
    "danger_curves": _("Danger by quantity, given where nothing finer may leave"),
}
"""Table of the register to what stands in it."""


class Unknown(models.TextChoices):
    """Only the rows of which something is not known."""

    UNKNOWN = "unknown", _("Unknown")


class Missing(models.TextChoices):
    """Only the rows that lack something they should have."""

    MISSING = "missing", _("Test missing")


class Deadline(models.TextChoices):
    """How far the day is by which something must be destroyed."""

    PASSED = "passed", _("Passed")
    SOON = "soon", _("Within 180 days")
    GIVEN = "given", _("Has a day")


class Loading(models.TextChoices):
    """What a workbook stands for when it is loaded."""

    PART = "part", _("Only what stands in the file")
    WHOLE = "whole", _("The file is the whole register")
    OPENING = "opening", _("Opening balances")
    COUNT = "count", _("A count of its stores")


class Outcome(models.TextChoices):
    """What becomes of a line of the stock that a workbook brings."""

    CREATED = "created", _("will be posted")
    EXISTS = "exists", _("is there already")
    DIFFERENT = "exists_different", _("not posted: it is there, and differs")
    GONE = "refused_record_gone", _("not posted: this record was there and has left, or was divided")
    CLOSED = "refused_closed", _("not posted: its store or its article is closed")
    ARTICLE = "refused_article_differs", _("not posted: its article is not as in the register")
    PIECES = "refused_pieces", _("not posted: it is kept piece by piece; move or count the pieces")
    GUARDED = "refused_guarded", _("not posted: it is evidence or seized, and not released")
    STORE = "refused_store_unknown", _("not counted: this store is not in the register, or you keep no stock there")
    NO_RECORD = "refused_no_record", _("on no record of this store: it needs a movement of its own")
    NO_FIGURE = "no_figure", _("no figure: to be counted on the sheet")
    LEFT_OUT = "left_out", _("not in the workbook: counted as 0")


SOON_DAYS = 180
"""What ``Deadline.SOON`` means."""
