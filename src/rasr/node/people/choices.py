"""Roles, and what else is chosen from a list, as they are shown."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    """What somebody does here."""

    STOREKEEPER = "storekeeper", _("Storekeeper")
    TECHNICAL_OFFICER = "technical_officer", _("Ammunition technical officer")
    PLANNER = "planner", _("Planner")
    APPROVER = "approver", _("Approver")
    COMMISSION_EDITOR = "commission_editor", _("Commission editor")
    COMMISSION_APPROVER = "commission_approver", _("Commission approver")
    SECRETARIAT = "secretariat", _("Secretariat")
    DONOR = "donor", _("Donor")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class Sex(models.TextChoices):
    """For the figures the field must report; nobody has to say."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    NOT_RECORDED = "not_recorded", _("Not recorded")


class Institution(models.TextChoices):
    """Kinds of organisations as the contract has them, for the figures the field must report."""

    DEFENCE = "defence", _("Defence")
    INTERIOR = "interior", _("Interior")
    POLICE = "police", _("Police")
    CUSTOMS = "customs", _("Customs")
    COMMISSION = "commission", _("Commission")
    COMPANY = "company", _("Company")
    OTHER = "other", _("Other")
    NOT_RECORDED = "not_recorded", _("Not recorded")


class Outcome(models.TextChoices):
    """How an act on the trail ended."""

    DONE = "done", pgettext_lazy("act", "Done")
    REFUSED = "refused", pgettext_lazy("act", "Refused")
    FAILED = "failed", pgettext_lazy("act", "Failed")


class ApprovalState(models.TextChoices):
    """Where an act stands that needs a second person."""

    ASKED = "asked", _("Waits for a second person")
    APPROVED = "approved", pgettext_lazy("request", "Approved")
    REFUSED = "refused", pgettext_lazy("request", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("request", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("request", "Expired")
    FAILED = "failed", _("Could not be done")


class Theme(models.TextChoices):
    """How light the pages are."""

    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
