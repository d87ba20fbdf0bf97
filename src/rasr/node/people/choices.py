"""Roles and appearances as they are shown."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody does here."""

    STOREKEEPER = "storekeeper", _("Storekeeper")
    TECHNICAL_OFFICER = "technical_officer", _("Ammunition technical officer")
    PLANNER = "planner", _("Planner")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class Theme(models.TextChoices):
    """How light the pages are."""

    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
