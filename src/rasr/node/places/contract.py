"""Rows of the tables of a region: models whose fields are the columns of the contract.

The id of the contract is the primary key and a reference is a foreign key, so that ``values_list`` gives the columns.
"""

from __future__ import annotations

from typing import Any, ClassVar

import polars as pl
from django.db import models
from django.utils.translation import gettext_lazy as _

from rasr.core.reference import loader


class ContractRow(models.Model):
    """A row of the table ``TABLE`` of the contract. position: its place in the table, so that order is kept."""

    TABLE: ClassVar[str]
    position = models.PositiveBigIntegerField(_("position"), editable=False, db_index=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["position"]


class Closable(models.Model):
    """What the ledger points to and so is never deleted: closed, it is no longer part of the register."""

    closed = models.BooleanField(_("closed"), default=False, db_index=True)

    class Meta:
        abstract = True


def columns(model: type[ContractRow]) -> list[str]:
    """The columns of the model's table, in order."""
    return [column.name for column in loader.contract(model.TABLE).columns]


def frame_of(rows: models.QuerySet[Any]) -> pl.DataFrame:
    """The rows as a frame typed by the contract, in the order of their position."""
    names = columns(rows.model)
    schema = loader.contract(rows.model.TABLE).schema
    return pl.DataFrame(list(rows.order_by("position").values_list(*names)), schema=schema, orient="row")
