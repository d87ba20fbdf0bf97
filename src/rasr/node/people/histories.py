"""Records that have a history on the trail: how they are called, who may see them, and which page shows them.

Each room names its own when the node starts (``tell``), so that this one need not know them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from rasr.node.people.models import User

HISTORY = "people:history"
"""The page of the history of any record."""
Row = tuple[str, str]
"""Table and id of a record."""


def everybody(_actor: User, _row_id: str) -> bool:
    """Who may see the history of a record may open its page."""
    return True


def alone(_actor: User, _row_id: str) -> Iterable[Row]:
    """What changes nothing but itself."""
    return ()


@dataclass(frozen=True)
class Kind:
    """Records of a table. name: of one of them. find: from somebody and an id to how the record is called, None where
    they may not see it, or it is not there. page: name of the address that shows it, empty for none; argument: its one
    argument, which is the id, empty for none. opens: whether who sees the history may open that page. beside: further
    records whose entries belong to its history and which the reader may see, such as the movements of a store.
    """

    table: str
    name: str | Promise
    find: Callable[[User, str], str | None]
    page: str = ""
    argument: str = ""
    opens: Callable[[User, str], bool] = everybody
    beside: Callable[[User, str], Iterable[Row]] = alone


KINDS: dict[str, Kind] = {}
"""Table to what is told of its records."""
_pages: dict[str, tuple[str, str]] = {}
"""Name of an address to the table and the argument that is an id of it."""


def tell(model: type[Model], name: str | Promise, find: Callable[[User, str], str | None], **more: Any) -> None:
    """The records of a model have a history. more: page, argument (of the page), opens, beside, parts; see ``Kind``.

    parts: names of further addresses of the same record, with the same argument.
    """
    table = model._meta.db_table
    parts = more.pop("parts", ())
    kind = KINDS[table] = Kind(table, name, find, **more)
    for page in (kind.page, *parts):
        if page:
            _pages[page] = (table, kind.argument)


def extend(model: type[Model], beside: Callable[[User, str], Iterable[Row]]) -> None:
    """What belongs to the history of a record of a room above, in whose words it is told."""
    table = model._meta.db_table
    KINDS[table] = replace(KINDS[table], beside=beside)


def uuid_of(row_id: str) -> UUID:
    """The id of a row whose ids are UUIDs; where it is none, one that no row has."""
    try:
        return UUID(row_id)
    except ValueError:
        return UUID(int=0)


def shown_by(page: str, ids: Mapping[str, str]) -> Row:
    """The record that an address is about; both empty for none."""
    if page == HISTORY:
        return (ids["table"], ids["row_id"]) if ids["table"] in KINDS else ("", "")
    table, argument = _pages.get(page, ("", ""))
    return (table, ids[argument]) if argument in ids else ("", "")


def table_name(table: str) -> str:
    """What the records of a table are called; of one that has no history the name of its model, if it is translated."""
    if table in KINDS:
        return str(KINDS[table].name)
    names = {model._meta.db_table: model._meta.verbose_name for model in apps.get_models()}
    name = names.get(table, "")
    return str(capfirst(str(name))) if isinstance(name, Promise) else _("Record")
