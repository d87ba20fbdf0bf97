"""Both reports, opened in a browser as a reader opens them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.report.made_results import made_alone, made_assessment, made_plan, made_region

from rasr.report import write
from rasr.report.texts import LANGUAGES, Texts

SECTIONS = {
    "assessment": ["answer", "map", "worst", "jurisdictions", "sites", "distances", "unseen", "methods", "provenance"],
    "plan": ["answer", "first", "danger", "map", "alone", "jurisdictions", "flows", "spending", "lines", "worst",
             "methods", "provenance"],
}  # fmt: skip
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@dataclass
class Opened:
    """A page and everything it complained of or asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, report: Path) -> None:
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(report.as_uri())


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """report.html by kind and language."""
    made = {}
    for language in LANGUAGES:
        for kind, result in (("assessment", made_assessment()), ("plan", made_plan())):
            out = tmp_path_factory.mktemp(f"{kind}-{language}")
            more = {"assessment": made_assessment(), "alone": made_alone()} if kind == "plan" else {}
            made[kind, language] = write(result, out, region=made_region(), language=language, **more)[0]
    return made


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Opened]:
    context = chromium.new_context(viewport=PHONE, offline=True)
    yield Opened(context.new_page())
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", SECTIONS)
def test_a_report_opens_on_a_phone(
    opened: Opened, reports: dict[tuple[str, str], Path], kind: str, language: str
) -> None:
    report = reports[kind, language]
    opened.open(report)
    page = opened.page
    assert opened.complaints == []
    assert {url for url in opened.requests if not url.startswith("data:")} == {report.as_uri()}
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert [part.get_attribute("id") for part in page.locator("main > section").all()] == SECTIONS[kind]
    assert page.locator("h2:visible").count() == len(SECTIONS[kind])
    assert page.locator("h1").inner_text() == Texts(language).t(f"{kind}_title")
    assert page.locator("svg.map circle").count() >= 4


@pytest.mark.parametrize("kind", SECTIONS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_folded_tables_open_and_stay_in_their_box(
    chromium: Browser, reports: dict[tuple[str, str], Path], kind: str, scheme: str
) -> None:
    context = chromium.new_context(viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    page.goto(reports[kind, "mk"].as_uri())
    for summary in page.locator("summary").all():
        summary.click()
    assert page.locator("table:visible").count() == page.locator("table").count() > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(int(part) for part in paper[4:-1].split(",")) < 384) == (scheme == "dark")
    context.close()


@pytest.mark.parametrize("kind", SECTIONS)
def test_wide_tables_can_be_scrolled_by_the_keyboard(
    chromium: Browser, reports: dict[tuple[str, str], Path], kind: str
) -> None:
    page = chromium.new_page(viewport=PHONE)
    page.goto(reports[kind, "en"].as_uri())
    box = page.locator("#jurisdictions .scroll").first
    box.focus()
    page.keyboard.press("ArrowRight")
    # asked again and again from here: the page's own policy forbids what wait_for_function would put into it
    for _ in range(100):
        moved_px = box.evaluate("box => box.scrollLeft")
        if moved_px > 0:
            break
        page.wait_for_timeout(50)
    assert moved_px > 0
    page.close()


@pytest.mark.parametrize("kind", SECTIONS)
def test_print_is_light_without_contents_and_with_every_table(
    chromium: Browser, reports: dict[tuple[str, str], Path], kind: str
) -> None:
    context = chromium.new_context(viewport=DESK, color_scheme="dark")
    page = context.new_page()
    page.goto(reports[kind, "en"].as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    context.close()
