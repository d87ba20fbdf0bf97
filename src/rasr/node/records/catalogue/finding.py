"""Finding articles by words: in every name, also in other scripts, and in what was merged into them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from rasr.core.records import names
from rasr.node.records.models import Article, ArticleName


def words_in(words: str) -> Q:
    """Articles in which every word stands in the id, a name, the calibre or a number, or in a name that was merged."""
    texts = ("article_id", "name", "calibre", "un_number", "detail__nsn", "detail__make", "detail__model")
    return Q(*(_word_in(word, texts) for word in words.split()))


def _word_in(word: str, texts: Iterable[str]) -> Q:
    merged = Article.objects.filter(merged_into=OuterRef("pk"), closed=True)
    merged = merged.filter(Q(name__icontains=word) | Q(article_id__icontains=word))
    own = Q(*((f"{text}__icontains", word) for text in texts), Exists(merged), _connector=Q.OR)
    spelled = names.spelled(word)
    if not spelled:
        return own
    others = ArticleName.objects.filter(normalised__contains=spelled)
    mine, theirs = Q(article=OuterRef("pk")), Q(article__merged_into=OuterRef("pk"), article__closed=True)
    return own | Q(Exists(others.filter(mine))) | Q(Exists(others.filter(theirs)))
