"""Lists filter, sort, turn pages, remember, forget and export; whole pages without htmx, parts with it."""

from __future__ import annotations

import io
import re

import polars as pl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.node.web.gallery import FRAME

from rasr.node.web.lists import MOST_KEPT, SESSION_KEY

pytestmark = [pytest.mark.urls("tests.node.web.gallery"), pytest.mark.django_db]
USERS, STORES = "/desk/stores/users/", "/frame/"


def text(client: Client, address: str, **more: str) -> str:
    response = client.get(address, headers=more)
    assert response.status_code == 200, response
    return response.content.decode()


def names(page: str) -> list[str]:
    """The first cell of every row."""
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    return [re.sub(r"<[^>]+>", "", re.search(r"<td.*?</td>", row, re.S)[0]).strip() for row in body.split("<tr")[1:]]


def test_a_stranger_is_sent_to_sign_in() -> None:
    response = Client().get(USERS)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in/")


def test_filter_narrows_and_says_so(reader: Client) -> None:
    assert "30 rows" in text(reader, USERS + "?per_page=100")
    page = text(reader, USERS + "?q=user1")
    assert names(page) == [f"user{at}" for at in range(10, 20)]
    assert "10 rows" in page
    assert "Clear the filter" in page


def test_a_choice_that_is_not_offered_is_not_found_and_forgotten(reader: Client) -> None:
    assert reader.get(USERS + "?theme=blue").status_code == 404
    assert reader.get(USERS).status_code == 200


def test_sort_and_pages(reader: Client) -> None:
    assert names(text(reader, USERS + "?sort=-username"))[0] == "user29"
    assert names(text(reader, USERS + "?page=2&sort=username"))[0] == "user25"
    assert len(names(text(reader, USERS + "?per_page=50"))) == 30


ODD = ["page=99", "page=x", "page=-1", "per_page=7", "per_page=x", "sort=password", "sort=,", "sort=-"]
TRICKS = ["per_page=%C2%B2", f"per_page={'9' * 4500}", f"page={'9' * 4500}", "q=%00", "sort=%00"]


@pytest.mark.parametrize("query", [*ODD, *TRICKS])
def test_what_no_form_of_ours_sends_does_no_harm(reader: Client, query: str) -> None:
    for address in (USERS, STORES):
        assert names(text(reader, f"{address}?{query}"))


def test_comes_back_as_it_was_left_and_forgets_when_told(reader: Client) -> None:
    text(reader, USERS + "?q=user1&theme=&sort=-username")
    response = reader.get(USERS)
    assert response.headers["Location"] == USERS + "?q=user1&sort=-username"
    assert reader.get(STORES).status_code == 200, "each list remembers for itself"
    assert reader.get(USERS + "?reset").headers["Location"] == USERS
    assert "30 rows" in text(reader, USERS)


def test_an_emptied_filter_is_forgotten_too(reader: Client) -> None:
    text(reader, USERS + "?q=user1")
    text(reader, USERS + "?q=&theme=")
    assert reader.get(USERS).status_code == 200


def test_an_export_is_not_remembered(reader: Client) -> None:
    reader.get(USERS + "?q=user2&export=csv")
    assert reader.get(USERS).status_code == 200


def test_htmx_gets_the_part_that_changes(reader: Client) -> None:
    response = reader.get(USERS + "?q=user1&theme=", headers={"HX-Request": "true"})
    page = response.content.decode()
    assert "<html" not in page
    assert names(page)[0] == "user10"
    assert response.headers["HX-Push-Url"] == USERS + "?q=user1"
    assert "HX-Request" in response.headers["Vary"]
    whole = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in reader.get(USERS + "?q=user1", headers=whole).content.decode()


def test_export_holds_all_pages_filtered_and_sorted_with_bare_values(reader: Client) -> None:
    content = b"".join(reader.get(USERS + "?q=user&sort=-username&export=csv")).decode("utf-8-sig")
    frame = pl.read_csv(io.StringIO(content))
    assert frame.columns == ["User", "Name", "Mass, t", "Joined", "Theme"]
    assert frame["User"].to_list() == [f"user{at:02}" for at in reversed(range(30))]
    assert frame["Mass, t"].dtype == pl.Float64
    assert "'=1+1" in frame["Name"].to_list()
    workbook = reader.get(USERS + "?q=user&sort=-username&export=xlsx")
    again = pl.read_excel(io.BytesIO(b"".join(workbook)))
    assert again["User"].to_list() == frame["User"].to_list()
    assert again["Mass, t"].to_list() == frame["Mass, t"].to_list()


def test_queries_do_not_grow_with_rows(reader: Client) -> None:
    text(reader, USERS + "?per_page=25")
    counts = []
    for query in ("?per_page=25&q=user1", "?per_page=100"):
        text(reader, USERS + query)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            text(reader, USERS + query)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_frame_page_shows_formats_and_exports_bare(reader: Client) -> None:
    page = text(reader, STORES + "?sort=-danger")
    assert names(page)[0] == "S-159"
    assert 'href="/frame/?q=S-159"' in page
    assert "Melting out" in page
    assert "Ploče &amp; Neum" in page
    found = pl.read_csv(io.StringIO(b"".join(reader.get(STORES + "?sort=danger&export=csv")).decode("utf-8-sig")))
    assert found.columns == FRAME.columns
    assert found["danger"].to_list() == FRAME["danger"].to_list(), "digit for digit"


def test_frame_page_finds_every_word_in_any_case(reader: Client) -> None:
    assert names(text(reader, STORES + "?q=крушевац+s-008")) == ["S-008"]
    assert names(text(reader, STORES + "?q=.*")) == ["Nothing matches the filter."]


def test_unknown_values_come_last_in_both_directions(reader: Client) -> None:
    for sign in ("", "-"):
        content = b"".join(reader.get(f"{STORES}?sort={sign}neq_kg&export=csv")).decode("utf-8-sig")
        assert pl.read_csv(io.StringIO(content))["neq_kg"].tail(10).null_count() == 10


def test_only_the_last_lists_are_remembered(reader: Client) -> None:
    session = reader.session
    session[SESSION_KEY] = {f"list {number}": "q=a" for number in range(MOST_KEPT)}
    session.save()
    text(reader, USERS + "?q=user1")
    kept = list(reader.session[SESSION_KEY])
    assert len(kept) == MOST_KEPT
    assert kept[0] == "list 1"
    assert reader.get(USERS)["Location"] == USERS + "?q=user1"
