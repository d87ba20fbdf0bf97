"""The pages: self-contained, well-formed, escaped, readable, and honest about what they do not know."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from lxml import html
from tests.report.made_results import made_alone, made_assessment, made_empty_plan, made_plan, made_region

from rasr.core.records.region import Region
from rasr.report.assessment_page import assessment_page
from rasr.report.disclosure import Disclosure
from rasr.report.html import TEMPLATES, render
from rasr.report.plan_page import plan_page
from rasr.report.scribe import Scribe
from rasr.report.texts import LANGUAGES, Texts

KINDS = ("assessment", "plan", "plan_alone_given", "empty_plan")


@cache
def page(kind: str, language: str = "en", *, exact: bool = False) -> str:
    scribe = Scribe(made_region(), Disclosure.of(made_region(), exact=exact), language)
    made = {
        "assessment": lambda: assessment_page(made_assessment(), scribe),
        "plan": lambda: plan_page(made_plan(), scribe, assessment=None, alone=None),
        "plan_alone_given": lambda: plan_page(made_plan(), scribe, assessment=made_assessment(), alone=made_alone()),
        "empty_plan": lambda: plan_page(made_empty_plan(), scribe, assessment=None, alone=None),
    }
    return render(made[kind](), scribe.texts)


def text(kind: str, language: str = "en") -> str:
    return " ".join(html.fromstring(page(kind, language)).find("body").text_content().split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_page_in_every_language_is_whole(kind: str, language: str) -> None:
    document = html.fromstring(page(kind, language))
    assert document.get("lang") == Texts(language).t("html_lang")
    assert [heading.tag for heading in document.iter("h1")] == ["h1"]
    levels = [int(heading.tag[1]) for heading in document.iter("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(table.find("caption").text_content().strip() for table in document.iter("table"))
    assert all(len({len(row) for row in table.iter("tr")}) == 1 for table in document.iter("table"))
    ids = [part.get("id") for part in document.iter() if part.get("id")]
    assert len(ids) == len(set(ids))
    named = {name for part in document.iter() for name in (part.get("aria-labelledby") or "").split()}
    anchors = {link.get("href")[1:] for link in document.iter("a")}
    assert named | anchors <= set(ids)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_kosovo_keeps_its_asterisk_and_its_footnote(kind: str, language: str) -> None:
    document = html.fromstring(page(kind, language))
    assert "1244 (1999)" in document.find(".//footer").text_content()
    assert re.findall(r"Kosovo(?!\*)", document.text_content()) == []


def test_kosovo_gets_its_asterisk_where_the_records_lack_it() -> None:
    tables = {name: made_region().table(name) for name in made_region().given}
    bare = tables["jurisdictions"].with_columns(pl.col("name").str.strip_chars_end("*"))
    region = Region.from_frames(tables | {"jurisdictions": bare})
    assert Scribe(region, Disclosure.of(region, exact=False), "en").jurisdiction("XK") == "Kosovo*"


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_asked_for_from_outside(kind: str) -> None:
    source = page(kind)
    policy = html.fromstring(source).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert re.findall(r"https?://|<script|@import|url\(|\bon\w+=", source) == []
    assert {part.get("href") for part in html.fromstring(source).iter("link")} == {"data:,"}


def test_names_are_text_never_markup() -> None:
    tables = {name: made_region().table(name) for name in made_region().given}
    hostile = "<script>alert(1)</script>\"'&"
    region = Region.from_frames(
        tables
        | {name: tables[name].with_columns(name=pl.lit(hostile)) for name in ("jurisdictions", "sites")}
        | {"funds": tables["funds"].with_columns(donor=pl.lit(hostile))}
    )
    scribe = Scribe(region, Disclosure.of(region, exact=False), "en")
    pages = [
        assessment_page(made_assessment(), scribe),
        plan_page(made_plan(), scribe, assessment=made_assessment(), alone=made_alone()),
    ]
    for one in pages:
        source = render(one, scribe.texts)
        assert "<script" not in source
        assert "&lt;script&gt;" in source


def test_the_answer_of_an_assessment_comes_first() -> None:
    told = text("assessment")
    for part in ("0.026 expected fatalities per year", "0.0026 – 0.26", "one death in about 39 years", "carry 100 %"):
        assert part in told
    assert sections("assessment")[:2] == ["answer", "map"]


def test_reasons_are_sentences() -> None:
    told = text("assessment")
    assert "The nearest house is about 200 m away; 870 m are required." in told
    assert "It holds 170 % of its licensed quantity." in told
    assert "50 % of its records have no net explosive quantity" in told


def test_doubt_is_badged() -> None:
    badges = html.fromstring(page("assessment")).xpath("//*[contains(@class,'badge-assumed')]/text()")
    assert badges == ["assumed"]
    assert "1 of 2 methods are assumed or not verified." in text("assessment")
    assert "Of 50 records, 5 have no net explosive quantity (10 %) and 2 no mass (4.0 %)." in text("assessment")


@pytest.mark.parametrize(("exact", "key"), [(False, "positions_snapped"), (True, "positions_exact")])
@pytest.mark.parametrize("kind", ["assessment", "plan"])
def test_the_report_says_how_exact_it_is(kind: str, exact: bool, key: str) -> None:
    told = Texts("en").t(key, grid="0.1", step="100")
    assert told in " ".join(html.fromstring(page(kind, exact=exact)).text_content().split(" "))


def test_what_it_stands_on_is_told() -> None:
    for part in ("d" * 64, "2026.11+abcdef01", "0.1.0", "2026-11-22"):
        assert part in text("assessment")
    for part in ("e" * 64, "2026.11+abcdef01", "found within the gap asked for"):
        assert part in text("plan")


def test_a_plan_is_told_in_one_sentence() -> None:
    told = text("plan_alone_given")
    sentence = "the plan destroys 490 t for EUR 311 000 and brings the danger from 0.026 down to 0.0068"
    assert sentence in told.replace("\u202f", " ").replace("\xa0", " ")
    assert "no plan can be below 0.0209 (gap 1.9 %)" in told


def test_together_or_alone_is_told_when_the_plans_alone_are_given() -> None:
    assert ("alone" in sections("plan"), "alone" in sections("plan_alone_given")) == (False, True)
    assert ("worst" in sections("plan"), "worst" in sections("plan_alone_given")) == (False, True)


def sections(kind: str) -> list[str]:
    return [part.get("id") for part in html.fromstring(page(kind)).iter("section")]


def test_an_assessment_of_nothing_is_a_page() -> None:
    region = Region.from_frames({})
    frames = {name: value for name, value in vars(made_assessment()).items() if isinstance(value, pl.DataFrame)}
    nothing = {name: value.clear() for name, value in frames.items()}
    scribe = Scribe(region, Disclosure.of(region, exact=False), "en")
    told = render(assessment_page(replace(made_assessment(), **nothing), scribe), scribe.texts)
    assert "No store has any expected fatality" in told


def colours(dark: bool) -> dict[str, str]:
    style = (TEMPLATES / "style.css.j2").read_text(encoding="utf-8")
    blocks = re.findall(r":root {(.*?)}", style, flags=re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[1 if dark else 0]))


def luminance(colour: str) -> float:
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("ink", "paper", "least"),
    [
        ("ink", "paper", 7.0), ("quiet", "paper", 4.5), ("accent", "paper", 4.5), ("quiet", "land", 4.5),
        ("good", "good-paper", 4.5), ("warn", "warn-paper", 4.5), ("bad", "bad-paper", 4.5), ("ink", "faint", 4.5),
        ("ink", "heat-1", 4.5), ("ink", "heat-2", 4.5), ("ink", "heat-3", 4.5),
        ("heat-ink", "heat-4", 4.5), ("heat-ink", "heat-5", 4.5), ("heat-ink", "step-4", 4.5),
        ("series-1", "paper", 3.0), ("series-2", "paper", 3.0), ("series-3", "paper", 3.0),
    ],
)  # fmt: skip
def test_contrast_is_enough_to_read(dark: bool, ink: str, paper: str, least: float) -> None:
    assert contrast(colours(dark)[ink], colours(dark)[paper]) >= least


def test_templates_are_all_used() -> None:
    kinds = {path.name for path in TEMPLATES.glob("block_*.html.j2")}
    page_module = (Path(TEMPLATES).parent / "page.py").read_text(encoding="utf-8")
    assert kinds == {f"block_{kind}.html.j2" for kind in re.findall(r'kind: str = "(\w+)"', page_module)}
