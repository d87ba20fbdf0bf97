"""Counting without a network: the page is put aside, figures outlive a reload, the signed file comes back; a camera
reads labels."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.conftest import Node, copied, served
from tests.browser.walk import PHONE, Walker
from tests.conftest import QUIET

from rasr.node.records.counts import codes

SERIAL = "12345"
"""Of a weapon that the storekeeper has, see ``make_records``."""
FILM = (640, 480)


@pytest.fixture
def changed(made_node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that a test may change."""
    with served(copied(made_node, tmp_path_factory)) as node:
        yield node


SIGN_OUT = "document.querySelector('form[data-unsaved]').requestSubmit()"


@pytest.fixture
def walker(chromium: Browser, changed: Node) -> Iterator[Walker]:
    """The storekeeper, with a phone."""
    walker = phone(chromium, changed)
    yield walker
    walker.close()
    assert walker.faults == []


def phone(browser: Browser, node: Node) -> Walker:
    """A window of the size of a phone in which the storekeeper is signed in."""
    walker = Walker(browser, node.origin)
    walker.page.set_viewport_size(PHONE)
    walker.sign_in("storekeeper")
    return walker


def weapon(page: Page) -> tuple[str, UUID]:
    """The store of the weapon with that serial number, and its id."""
    page.goto(f"/items/?serial={SERIAL}")
    row = page.locator("tbody tr").first
    key = UUID((row.locator("a").first.get_attribute("href") or "").strip("/").rpartition("/")[2])
    return row.locator("td[data-label=Where] .cell").inner_text().strip(), key


def new_count(page: Page, store: str) -> str:
    """Make a sheet of a store; gives its address."""
    page.goto("/counts/new/")
    page.locator("select[name=store]").select_option(store)
    page.locator("main button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("Being counted")
    return page.url


def put_aside(page: Page) -> None:
    """Open the page that works without a network, and wait until it is kept."""
    page.get_by_role("link", name="Count without a network").click()
    expect(page.locator("[data-away-ready][data-ready=yes]")).to_be_visible(timeout=30_000)


def fill(row: Locator, number: int) -> None:
    """Write a figure down; a weapon is there or not."""
    choice = row.locator("select")
    if choice.count():
        choice.select_option(str(min(number, 1)))
    else:
        row.locator("input[type=number]").fill(str(number))


def scan(page: Page, text: str, said: str) -> None:
    """Type what a scanner types."""
    page.locator("#away-code").fill(text)
    page.locator("#away-code").press("Enter")
    expect(page.locator("[data-away-said]")).to_contain_text(said)


def hand_in(page: Page, count: str, file: Path, said: str) -> None:
    """Send a file on the page of a count."""
    page.goto(count)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Take the file").click()
    expect(page.locator("main")).to_contain_text(said)


def test_a_sheet_is_counted_offline_and_handed_in(walker: Walker, changed: Node, tmp_path: Path) -> None:
    page = walker.page
    store, key = weapon(page)
    count = new_count(page, store)
    lines = page.locator("table.sheet tbody tr").count()
    assert lines
    assert list(walker.too_wide()) == []
    page.set_viewport_size(PHONE)
    put_aside(page)
    assert list(walker.too_wide()) == []
    page.set_viewport_size(PHONE)

    walker.context.set_offline(True)
    page.reload()
    rows = page.locator("[data-away-lines] > li")
    expect(rows).to_have_count(lines)
    scan(page, "no such number", "Nothing on this sheet")
    label = f"{changed.origin}/scan/{codes.code_of(codes.ITEM, key)}/"
    scan(page, label, ": there.")
    scan(page, label, "was scanned before")
    scan(page, SERIAL, "was scanned before")
    for at in range(lines):
        fill(rows.nth(at), at)
    page.locator("#away-what").fill("A crate without marks")
    page.locator("#away-number").fill("2")
    page.locator("[data-away-extra] button").click()
    page.reload()
    expect(page.locator("[data-away-progress]")).to_contain_text(f"{lines} of {lines}")
    expect(page.locator("[data-away-extras]")).to_contain_text("A crate without marks")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.evaluate(SIGN_OUT)
    assert asked, "what is in no file yet would be gone"
    expect(page.locator("[data-away-progress]")).to_contain_text(f"{lines} of {lines}")
    with page.expect_download() as waiting:
        page.locator("[data-away-make]").click()
    file, changed_file = tmp_path / "count.json", tmp_path / "changed.json"
    waiting.value.save_as(file)
    changed_file.write_text(file.read_text(encoding="utf-8").replace("without marks", "without mark"), encoding="utf-8")

    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('rasr-unsaved:'))") == []

    walker.context.set_offline(False)
    walker.faults.clear()  # without a network the browser complains of what it was not asked to keep
    hand_in(page, count, changed_file, "The signature of this file is not right")
    hand_in(page, count, file, f"{lines + 1} lines taken from the file")
    hand_in(page, count, file, "taken from the file")
    expect(page.locator("table.sheet tbody tr")).to_have_count(lines + 1)
    page.get_by_role("button", name="Hand in the sheet").click()
    expect(page.locator("main")).to_contain_text("To be counted again")


@pytest.fixture
def film(changed: Node, chromium: Browser, tmp_path: Path) -> Iterator[Browser]:
    """A browser whose camera sees the label of the weapon, and nothing else."""
    walker = phone(chromium, changed)
    _store, key = weapon(walker.page)
    walker.close()
    seen = tmp_path / "label.y4m"
    seen.write_bytes(film_of(f"{changed.origin}/scan/{codes.code_of(codes.ITEM, key)}/"))
    flags = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    flags.append(f"--use-file-for-fake-video-capture={seen}")
    browser = chromium.browser_type.launch(executable_path=shutil.which("chromium"), args=[*QUIET, *flags])
    yield browser
    browser.close()


def film_of(text: str) -> bytes:
    """A film (YUV4MPEG2) of a QR code that lies on a grey table."""
    code = segno.make(text, error="m")
    side = code.symbol_size(border=4)[0]
    paper = Image.new("L", (side, side), 255)
    for y, row in enumerate(code.matrix_iter(border=4)):
        for x, dark in enumerate(row):
            if dark:
                paper.putpixel((x, y), 0)
    picture = Image.new("L", FILM, 110)
    scale = (FILM[1] - 80) // side
    picture.paste(paper.resize((side * scale, side * scale), Image.Resampling.NEAREST), (120, 40))
    frame = b"FRAME\n" + picture.tobytes() + bytes([128]) * (FILM[0] * FILM[1] // 2)
    return f"YUV4MPEG2 W{FILM[0]} H{FILM[1]} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10


def test_the_camera_reads_a_label(film: Browser, changed: Node) -> None:
    walker = phone(film, changed)
    page = walker.page
    new_count(page, weapon(page)[0])
    put_aside(page)
    page.locator("[data-away-camera]").click()
    expect(page.locator("[data-away-video]")).to_be_visible()
    expect(page.locator("[data-away-said]")).to_contain_text(": there.", timeout=30_000)
    expect(page.locator("li.done")).to_have_count(1)
    page.locator("[data-away-camera]").click()
    expect(page.locator("[data-away-video]")).to_be_hidden()
    assert walker.faults == []
    walker.close()
