"""The rule book that licences are worked out by: what is shipped, and what officers of this node have entered."""

from __future__ import annotations

from rasr.core.assessment.explosives.rule_sets import AASTP, GENERIC, RuleBook
from rasr.node.assessment.rules import services


def book_in_force() -> RuleBook:
    """The rule sets in force on this node today."""
    return services.book()


def edition() -> str:
    """The edition of the rule data, with what was entered here."""
    return services.edition()


def editions(book: RuleBook) -> dict[str, str]:
    """The edition of each rule set that a licence is held against."""
    return {name: book.edition(name) for name in (AASTP, GENERIC) if name in book.names}
