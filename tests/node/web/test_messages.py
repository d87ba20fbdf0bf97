"""Every code has a sentence that takes its numbers, in each language."""

from __future__ import annotations

import string

import pytest
from django.utils import translation

from rasr.core.basis.findings import Finding, Refused
from rasr.core.records import door
from rasr.core.reference import loader
from rasr.node.web import messages
from rasr.node.web.messages import say, say_code
from rasr.report.texts import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_takes_its_numbers(language: str) -> None:
    with translation.override(language):
        for code, sentence in loader.sentences().items():
            names = [name for _, name, _, _ in string.Formatter().parse(sentence.text) if name]
            told = say_code(code, {name: f"<{name}>" for name in names})
            assert all(f"<{name}>" in told for name in names), code
            assert "{" not in told


def test_a_finding_and_a_refusal() -> None:
    finding = Finding("unknown_id", "error", "stock", 3, "store_id", "S-9", {"target": "stores"})
    with translation.override("en"):
        assert say(finding) == loader.say_finding(finding)
        assert say(Refused("bad_option", option="--seed", reason="no")) == "--seed: no"


def test_the_words_that_findings_put_into_sentences_are_known() -> None:
    assert set(messages.WORDS) == {*door._WANTED.values(), *door._HINTS.values(), door._COMMA_HINT}
