"""The models are the contract, and the migrations are the models."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from rasr.core.reference import loader
from rasr.node.places.contract import ContractRow, columns

FIELDS = {
    "text": models.TextField,
    "real": models.FloatField,
    "whole": models.BigIntegerField,
    "date": models.DateField,
    "yes_no": models.BooleanField,
}
TABLES = {model.TABLE: model for model in apps.get_models() if issubclass(model, ContractRow)}


def test_every_table_of_a_region_but_the_stock_has_a_model() -> None:
    assert set(TABLES) == set(loader.TABLES) - {"stock"}


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_model_has_the_columns_of_its_contract(table: str) -> None:
    model, contract = TABLES[table], loader.contract(table)
    assert columns(model) == list(contract.by_name)
    fields = {field.attname: field for field in model._meta.concrete_fields}
    own = set(fields) - {"position", "closed", "id", "mark", "merged_into_id"}
    assert own == set(contract.by_name)
    for column in contract.columns:
        field = fields[column.name]
        kind = field.target_field if isinstance(field, models.ForeignKey) else field
        assert isinstance(kind, FIELDS[column.dtype]), column.name
        assert field.null == column.null_allowed, column.name


def test_stock_is_what_holdings_and_batches_say() -> None:
    known: set[str] = set()
    for name in ("Batch", "Holding"):
        known |= {field.attname for field in apps.get_model("records", name)._meta.concrete_fields}
    assert set(loader.contract("stock").by_name) <= known


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
