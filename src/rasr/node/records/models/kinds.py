"""What is chosen from a list in the ledger and around it, as it is shown."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PlaceKind(models.TextChoices):
    """Where an item can be: in a store, or in one of the places that are no place on the ground."""

    STORE = "store", _("store")
    ACQUIRED = "acquired", _("acquired")
    IN_TRANSIT = "in_transit", _("in transit")
    ON_ISSUE = "on_issue", _("on issue")
    CONVERTED = "converted", _("converted")
    DESTROYED = "destroyed", _("destroyed")
    LOST = "lost", _("lost")
    STOLEN = "stolen", _("stolen")
    UNEXPLAINED = "unexplained", _("unexplained")
    EXPORTED = "exported", _("exported")
    EXPENDED = "expended", _("expended")


class MovementKind(models.TextChoices):
    """Why items moved. What holds of each stands in ``core.records.ledger.kinds``."""

    OPENING_BALANCE = "opening_balance", _("Opening balance")
    RECEIPT = "receipt", _("Receipt")
    FIND = "find", _("Found, seized or surrendered")
    ISSUE = "issue", _("Issue")
    RETURN = "return", _("Return from issue")
    TRANSFER = "transfer", _("Transfer")
    DESPATCH = "despatch", _("Despatch")
    ARRIVAL = "arrival", _("Arrival")
    DISCREPANCY = "discrepancy", _("Discrepancy on arrival")
    RECLASSIFICATION = "reclassification", _("Reclassification")
    CONVERSION = "conversion", _("Conversion")
    DEACTIVATION = "deactivation", _("Deactivation")
    EXPENDITURE = "expenditure", _("Expenditure")
    SALE = "sale", _("Sale")
    DONATION = "donation", _("Donation")
    RETURN_TO_OWNER = "return_to_owner", _("Return to the owner")
    LOSS = "loss", _("Loss")
    THEFT = "theft", _("Theft")
    RECOVERY = "recovery", _("Recovery")
    WRITE_OFF = "write_off", _("Write-off")
    DESTRUCTION = "destruction", _("Destruction")
    COUNT_ADJUSTMENT = "count_adjustment", _("Adjustment to a count")
    NOT_FOUND = "not_found", _("Not found")
    CORRECTION = "correction", _("Correction")


class PartyKind(models.TextChoices):
    """Who can have things on issue, or send and receive them."""

    PERSON = "person", _("Person")
    UNIT = "unit", pgettext_lazy("party", "Unit")
    OUTSIDE = "outside", _("Somebody outside")


class SignatureRole(models.TextChoices):
    """As what somebody signs a voucher."""

    GAVE = "gave", _("Handed over by")
    TOOK = "took", _("Received by")
    SAW = "saw", _("Witnessed by")
