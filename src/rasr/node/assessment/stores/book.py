"""The rule sets in force on this node: those shipped, with what authorised officers have typed and agreed to."""

from __future__ import annotations

from rasr.core.assessment.explosives.rule_sets import RuleBook
from rasr.node.assessment.rules import services as rules


def in_force() -> RuleBook:
    """The book that distances are worked out by. Refused: faulty_rule_set."""
    return rules.book()
