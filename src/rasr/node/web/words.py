"""Looking for words in the texts of rows."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from rasr.node.web.lists import LONGEST_WORDS


def rows_holding(rows: QuerySet[Any], words: str, paths: Iterable[str]) -> QuerySet[Any]:
    """The rows in which every word stands in one of the texts at these lookup paths, whatever its case."""
    paths = tuple(paths)
    for word in words.split():
        rows = rows.filter(reduce(or_, (Q(**{f"{path}__icontains": word}) for path in paths), Q(pk__in=())))
    return rows


class ByWords(filters.FilterSet):
    """Looks for words in the texts ``looked_in``."""

    looked_in: tuple[str, ...] = ()
    q = filters.CharFilter(label=_("Search"), method="by_words", max_length=LONGEST_WORDS)

    def by_words(self, rows: QuerySet[Any], _name: str, words: str) -> QuerySet[Any]:
        """Rows in which every word is found in one of the texts."""
        return rows_holding(rows, words, self.looked_in)
