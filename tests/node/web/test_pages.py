"""Pages of the toolkit: templates without anything inline, errors told without the database, the menu by rights."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.test import Client
from django.urls import reverse

import rasr.node
from rasr.node.people.models import Grant, User

ROOT = Path(rasr.node.__file__).parent
TEMPLATES = sorted(ROOT.glob("*/templates/**/*.html"))
NAMES = [str(path).partition("/templates/")[2] for path in TEMPLATES]
INLINE = {
    "style attribute": r"<[^>]*\sstyle\s*=",
    "style element": r"<style\b",
    "handler": r"<[^>]*\son[a-z]+\s*=",
    "script without a file": r"<script(?![^>]*(\bsrc=|\btype=\"application/json\"))[^>]*>",
    "address of a script": r"javascript:",
    "handler of htmx": r"\bhx-on\b",
}
GALLERY = pytest.mark.urls("tests.node.web.gallery")


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_nothing_inline_and_nothing_from_outside(path: Path) -> None:
    text = path.read_text()
    for what, pattern in INLINE.items():
        assert not re.search(pattern, text, re.I), what
    assert not re.search(r"(src|href|action|hx-get|hx-post)=[\"'](https?:)?//", text)


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name: str) -> None:
    get_template(name)


def test_the_pattern_finds_what_it_is_for() -> None:
    for bad in ('<p style="x">', "<style>", '<a onclick="x">', "<script>x</script>", '<a href="javascript:x">'):
        assert any(re.search(pattern, bad) for pattern in INLINE.values()), bad


@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "413", "500", "503"])
def test_errors_are_told_without_database_and_session(status: str) -> None:
    page = render_to_string(f"{status}.html")
    assert "<h1>" in page
    assert status[:3] in page


@GALLERY
@pytest.mark.django_db
def test_errors_keep_their_status() -> None:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create(username="x"))
    assert client.get("/nothing/").status_code == 404
    assert client.get("/broken/").status_code == 500
    assert b"as wanted" not in client.get("/broken/").content


@GALLERY
@pytest.mark.django_db
def test_menu_follows_rights() -> None:
    menus = {}
    for role in ("storekeeper", "planner", "administrator"):
        user = User.objects.create(username=role)
        Grant.objects.create(user=user, role=role)
        client = Client()
        client.force_login(user)
        menus[role] = set(re.findall(r'class="nav-link[^"]*" href="(/[^"]*)"', client.get("/charts/").content.decode()))
    assert menus["storekeeper"] == {
        "/desk/home/",
        "/desk/sites/",
        "/desk/stores/",
        "/records/stock/",
        "/records/catalogue/",
        "/approvals/",
    }
    assert {"/records/uploads/", "/plan/runs/", "/assessment/runs/", reverse("jobs:jobs")} <= menus["planner"]
    assert menus["administrator"] == {"/desk/home/", reverse("jobs:jobs"), "/people/", "/approvals/"}


@GALLERY
@pytest.mark.django_db
def test_theme_and_frame_of_a_page() -> None:
    client = Client()
    client.force_login(User.objects.create(username="x", theme="dark"))
    page = client.get("/charts/").content.decode()
    assert 'data-bs-theme="dark"' in page
    assert "<title>Charts &amp; maps · RASR" in page
    assert "Charts &amp; maps</h1>" in page
    assert "UNSCR 1244" in page
    assert 'href="#content"' in page
    assert 'method="post" action="/sign-out/"' in page


def test_htmx_may_evaluate_nothing() -> None:
    text = (ROOT / "web/templates/web/base.html").read_text()
    settings = json.loads(re.search(r"name=\"htmx-config\" content='([^']+)'", text)[1])
    assert settings["allowEval"] is settings["includeIndicatorStyles"] is settings["allowScriptTags"] is False
    assert settings["historyCacheSize"] == 0, "no stock is left in the browser's storage"


def test_a_training_copy_says_so_on_every_page() -> None:
    for name in ("web/base.html", "web/bare.html"):
        page = engines["django"].from_string("{% extends '" + name + "' %}").render({"training": True})
        assert "Training copy: nothing here is the register." in page
        assert page.count('data-words="Training copy"') > 20
