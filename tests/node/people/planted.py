"""A small node in which every text of a place carries a word that nobody else's text has: a canary.

Three organisations of the sample: the defence and the interior ministry of one jurisdiction, and a defence ministry of
another. ``WORDS`` says whose each word is; ``found_in`` finds the words in an answer, whatever its form.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from typing import Any

import polars as pl

from rasr.core.records.region import Region
from rasr.sample import make_sample

OWN, BESIDE, ABROAD = "AL-DEFENCE", "AL-INTERIOR", "BA-DEFENCE"
"""The organisation of the people of the walk; another of the same jurisdiction; one of another jurisdiction."""
SITES = {"A1": OWN, "A2": OWN, "B1": BESIDE, "C1": ABROAD}
"""Site to its organisation. The people of the walk stand on the whole node, in OWN, on A1, or in its first store."""
STORES = {"A1": 2, "A2": 1, "B1": 2, "C1": 1}
"""How many stores each site has: A1a, A1b ..."""
RECORDS_EACH = 5
EXPOSURES_EVERY = 12
WORD = re.compile(r"Zwq([0-9]{3})qwZ", re.IGNORECASE)
_SAMPLE_SITES = {"A1": "AL-S0001", "A2": "AL-S0001", "B1": "AL-S0001", "C1": "BA-S0001"}


def store_keys(site: str) -> list[str]:
    """The stores of a site: A1a, A1b."""
    return [f"{site}{'abcdef'[at]}" for at in range(STORES[site])]


WHOSE = (
    *(f"organisation {each}" for each in dict.fromkeys(SITES.values())),
    *(f"site {each}" for each in SITES),
    *(f"line {each}" for each in SITES),
    *(f"store {each}" for site in SITES for each in store_keys(site)),
    "jurisdictions",
    "catalogue",
    "rates",
    "exposures",
    "funds",
    "pools",
    "another planner",
    "person beside",
    "movement beside",
    "entry beside",
    "approval beside",
    "invitation beside",
)
"""Whose texts there are. line: what of a site only who has the whole site sees. person: name and address; the other
words of a person are of what they did."""


def word(whose: str) -> str:
    """The canary of somebody's or something's texts."""
    return f"Zwq{WHOSE.index(whose):03d}qwZ"


def found_in(answer: Any) -> set[str]:
    """Whose words an answer holds: in its body (a workbook or archive unpacked) and in its headers."""
    content = b"".join(answer) if answer.streaming else answer.content
    heads = "\n".join(f"{name}: {value}" for name, value in answer.items())
    answer.close()
    return words_in(f"{heads}\n{text_of(content)}")


def text_of(content: bytes) -> str:
    """Bytes as text; of an archive all that is in it."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(
                [*(name.encode() for name in archive.namelist()), *map(archive.read, archive.namelist())]
            )
    return content.decode("utf-8", "replace")


def words_in(text: str) -> set[str]:
    """Whose words a text holds."""
    return {WHOSE[int(number)] for number in WORD.findall(text)}


def planted_region() -> Region:
    """The region with a canary in every text of a place, of the catalogue and of the funds."""
    region = Region.from_frames(make_sample(1, 0.1))
    frames = {name: region.table(name) for name in region.given}
    frames |= _places(frames)
    frames["stock"] = _stock(frames)
    frames |= _rest(frames)
    return Region.from_frames(frames)


def site_id(site: str) -> str:
    """The id of a site, with the word in it."""
    return f"{SITES[site][:2]}-S-{word(f'site {site}')}"


def store_id(store: str) -> str:
    """The id of a store."""
    return f"{SITES[store[:2]][:2]}-T-{word(f'store {store}')}"


def organisation_id(organisation: str) -> str:
    """The id of an organisation."""
    return f"{organisation}-{word(f'organisation {organisation}')}"


def _tagged(column: str, whose: str) -> pl.Expr:
    return (pl.col(column) + f" {word(whose)}").alias(column)


def _places(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    organisations, sites, stores, licences = (frames[name] for name in ("organisations", "sites", "stores", "licences"))
    kept = [
        organisations.filter(organisation_id=each).with_columns(
            _tagged("name", f"organisation {each}"), organisation_id=pl.lit(organisation_id(each))
        )
        for each in dict.fromkeys(SITES.values())
    ]
    of_sites, of_stores, of_licences = [], [], []
    used: dict[str, int] = {}
    held = frames["stock"].group_by("store_id").len().filter(pl.col("len") >= 2)
    for site, organisation in SITES.items():
        sample = _SAMPLE_SITES[site]
        of_sites.append(
            sites.filter(site_id=sample).with_columns(
                _tagged("name", f"site {site}"),
                site_id=pl.lit(site_id(site)),
                organisation_id=pl.lit(organisation_id(organisation)),
            )
        )
        start = used.get(sample, 0)
        used[sample] = start + STORES[site]
        rows = stores.filter(site_id=sample).join(held, on="store_id", how="semi").sort("store_id")
        for key, row in zip(store_keys(site), rows.slice(start, STORES[site]).iter_rows(named=True), strict=True):
            new = {"store_id": pl.lit(store_id(key))}
            was = {"store_id": row["store_id"]}
            of_stores.append(stores.filter(**was).with_columns(**new, site_id=pl.lit(site_id(site))))
            of_licences.append(licences.filter(**was).with_columns(**new))
            _RENAMED[row["store_id"]] = key
    return {
        "organisations": pl.concat(kept),
        "sites": pl.concat(of_sites),
        "stores": pl.concat(of_stores),
        "licences": pl.concat(of_licences),
    }


_RENAMED: dict[str, str] = {}
"""Store of the sample to the store it became."""


def _stock(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    whose = pl.col("store_id").replace_strict({old: word(f"store {new}") for old, new in _RENAMED.items()})
    stock = frames["stock"].filter(pl.col("store_id").is_in(list(_RENAMED))).with_columns(whose=whose)
    stock = stock.group_by("store_id", maintain_order=True).head(RECORDS_EACH)
    texts = ("stock_id", "lot", "declared_surplus_ref", "release_ref")
    return (
        stock.select(
            *(pl.format("{} {}", pl.col(name).fill_null("ref"), "whose").alias(name) for name in texts[1:]),
            pl.format("{}-{}", "stock_id", "whose").alias("stock_id"),
            pl.col("store_id").replace_strict({old: store_id(new) for old, new in _RENAMED.items()}),
            pl.exclude(*texts, "store_id", "whose"),
        )
        .select(frames["stock"].columns)
        .with_columns(article_id=_of_catalogue("article_id"))
    )


def _of_catalogue(column: str) -> pl.Expr:
    return pl.format("{}-{}", column, pl.lit(word("catalogue"))).alias(column)


def _rest(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    jurisdictions = [each[:2] for each in SITES.values()]
    here = pl.col("jurisdiction_id").is_in(jurisdictions)
    lines = frames["lines"].head(len(SITES))
    lines = lines.with_columns(
        line_id=pl.Series([f"L-{word(f'line {site}')}" for site in SITES]),
        site_id=pl.Series([site_id(site) for site in SITES]),
        accepts_foreign=pl.lit(True),
    )
    all_lines = frames["lines"]["line_id"].to_list()
    names = {old: lines["line_id"][at % len(SITES)] for at, old in enumerate(all_lines)}
    rates = frames["line_rates"].with_columns(pl.col("line_id").replace_strict(names))
    routes = frames["routes"].head(1).with_columns(from_site_id=pl.lit(site_id("B1")), to_site_id=pl.lit(site_id("C1")))
    funds = pl.format("{}-{}", "fund_id", pl.lit(word("funds"))).alias("fund_id")
    requirements = frames["requirements"].filter(pl.col("organisation_id").is_in(list(SITES.values())))
    permits = frames["permits"]
    return {
        "jurisdictions": frames["jurisdictions"]
        .filter(here)
        .with_columns(
            _tagged("name", "jurisdictions"),
            _tagged("capital", "jurisdictions"),
            footnote=pl.lit(word("jurisdictions")),
        ),
        "articles": frames["articles"].with_columns(
            _of_catalogue("article_id"),
            _tagged("name", "catalogue"),
            *(pl.lit(word("catalogue")).alias(name) for name in ("explosive", "calibre")),
        ),
        "lines": lines,
        "line_rates": rates.unique(["line_id", "technique", "family"], maintain_order=True),
        "routes": routes,
        "permits": permits.head(2)
        .with_columns(from_jurisdiction_id=pl.lit("AL"), to_jurisdiction_id=pl.lit("BA"))
        .unique(["from_jurisdiction_id", "to_jurisdiction_id", "family"]),
        "funds": frames["funds"].with_columns(funds, _tagged("donor", "funds")),
        "earmarks": frames["earmarks"].filter(here | (pl.col("jurisdiction_id") == "all")).with_columns(funds),
        "exchange_rates": frames["exchange_rates"].with_columns(_tagged("source", "rates")),
        "exposures": frames["exposures"]
        .gather_every(EXPOSURES_EVERY)
        .with_columns(pl.format("{}-{}", "exposure_id", pl.lit(word("exposures"))).alias("exposure_id")),
        "requirements": requirements.with_columns(
            pl.col("organisation_id").replace_strict({each: organisation_id(each) for each in set(SITES.values())}),
            _of_catalogue("article_id"),
        ),
    }


def of(kind: str, keys: Iterable[str]) -> set[str]:
    """The words of some places."""
    return {f"{kind} {key}" for key in keys}
