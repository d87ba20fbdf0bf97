"""The catalogue: what kinds of things there are."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rasr.node.places.contract import Closable, ContractRow


class Article(ContractRow, Closable):
    """A type of weapon or ammunition, with the explosive it holds."""

    TABLE: ClassVar[str] = "articles"
    article_id = models.TextField(_("article"), primary_key=True)
    name = models.TextField(_("name"), db_index=True)
    family = models.TextField(_("family"), db_index=True)
    unit = models.TextField(_("unit"))
    hazard_division = models.TextField(_("hazard division"))
    compatibility_group = models.TextField(_("compatibility group"))
    un_number = models.TextField(_("UN number"), null=True)
    neq_kg_each = models.FloatField(_("NEQ of one, kg"), null=True)
    mass_kg_each = models.FloatField(_("net mass of one, kg"), null=True)
    gross_mass_kg_each = models.FloatField(_("gross mass of one, kg"), null=True)
    explosive = models.TextField(_("explosive"), null=True)
    mce_kg = models.FloatField(_("maximum credible event, kg"), null=True)
    attractiveness = models.FloatField(_("attractiveness"), null=True)
    calibre = models.TextField(_("calibre"), null=True)

    def __str__(self) -> str:
        return self.name
