"""A visit as its page shows it: questions by heading, with what was answered, what differs, and photographs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from rasr.core.assessment.security.questions import Question
from rasr.node.assessment.models import SecurityVisit
from rasr.node.assessment.security import bridge, queries, wording
from rasr.node.assessment.security.bridge import Body, Row
from rasr.node.people.models import User


@dataclass(frozen=True)
class Asked:
    """One question. answers: codes and names it may have; given: what was answered, several where that differs."""

    question_id: str
    text: str
    about: str
    answers: list[tuple[str, str]]
    given: list[Row]
    stamp: str

    @property
    def answer(self) -> str:
        """The one answer; empty where there is none, or several."""
        return str(self.given[0]["answer"] or "") if len(self.given) == 1 else ""

    @property
    def note(self) -> str:
        """What was written about it."""
        return str(self.given[0]["note"] or "") if self.given else ""

    @property
    def photographs(self) -> list[str]:
        """Ids of its photographs."""
        kept = [row["photographs"] for row in self.given if row["photographs"]]
        return list(dict.fromkeys("|".join(kept).split("|"))) if kept else []

    @property
    def differs(self) -> list[tuple[str, str]]:
        """The answers that differ: code and name."""
        several = len(self.given) > 1
        return [(row["answer"], wording.name("scales", row["answer"])) for row in self.given] if several else []


@dataclass(frozen=True)
class Heading:
    """Questions under a heading. answered: how many have one answer."""

    code: str
    name: str
    questions: list[Asked]

    @property
    def answered(self) -> int:
        """How many have an answer."""
        return sum(bool(each.answer) for each in self.questions)


def headings(visit: SecurityVisit, body: Body, store_id: str | None) -> list[Heading]:
    """The questions of a visit about one place: a store, or the site (None)."""
    there = body.by_key()
    found = queries.set_of(visit).questions
    return [
        Heading(
            code,
            wording.name("headings", code),
            [_asked(each, there.get((store_id, each.question_id), [])) for each in some],
        )
        for code, some in groupby(found, lambda each: each.heading)
    ]


def _asked(question: Question, given: list[Row]) -> Asked:
    return Asked(
        question.question_id,
        wording.asked(question),
        wording.about(question),
        wording.answers(question.scale),
        given,
        bridge.stamp(given),
    )


@dataclass(frozen=True)
class Settled:
    """A conflict that a person decided."""

    question_id: str
    place: str
    chosen: str
    why: str
    language: str
    who: str


def settled(body: Body) -> Iterator[Settled]:
    """What was decided, with who did."""
    pseudonyms = {row["by"] for row in body.settled}
    people = User.objects.filter(pseudonym__in=pseudonyms, erased_at=None)
    names = {str(each.pseudonym): each.get_full_name() or each.username for each in people} if pseudonyms else {}
    for row in body.settled:
        chosen = wording.name("scales", row["chosen"])
        who = str(names.get(row["by"]) or row["by"])
        yield Settled(row["question_id"], row["store_id"] or "", chosen, row["why"], row["language"], who)


def set_name(visit: SecurityVisit) -> str:
    """What the questions of a visit are called."""
    return wording.name("sets", visit.set_id)
