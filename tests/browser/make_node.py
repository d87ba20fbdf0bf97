"""Makes a node with the sample at its smallest, assessed and planned: ``python -m tests.browser.make_node HOME``.

One account for each role, whose name and password is the role; the storekeeper keeps the most dangerous site.
"""

from __future__ import annotations

import sys
from pathlib import Path

import openpyxl

from rasr.core.plan.holds import Hold
from rasr.core.records.region import Region
from rasr.facade import plan
from rasr.node.start import start
from rasr.sample import make_sample

SEED, SCALE = 1, 0.1
WHOLE_NODE = ("planner", "technical_officer", "approver", "auditor", "administrator")
ROLES = (*WHOLE_NODE, "storekeeper")
FORMULA, UNKNOWN = "=1+1", "NO-SUCH-ARTICLE"
BROKEN = {(1, "quantity"): FORMULA, (2, "article_id"): UNKNOWN}
REPAIRED = {(1, "quantity"): 123_456_789}
"""Cells of the sheet stock to write over, by row (1 = first data row) and column."""


def workbook(path: Path, changes: dict[tuple[int, str], object]) -> Path:
    """The sample as a workbook, with some cells of the sheet stock changed."""
    Region.from_frames(make_sample(SEED, SCALE)).write(path)
    book = openpyxl.load_workbook(path)
    sheet = book["stock"]
    # beneath the heads stand notes: the first row of data is found by its id
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    heads = next(row for row in rows if "stock_id" in row)
    ids = [row[heads.index("stock_id")] for row in rows]
    first = ids.index(make_sample(SEED, SCALE)["stock"]["stock_id"][0])
    for (row, column), value in changes.items():
        sheet.cell(first + row, heads.index(column) + 1, value)
    book.save(path)
    return path


def main(home: Path) -> None:
    """Make and fill the node in this folder."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / "node.toml").write_text(
        'mode = "demo"\nname = "Test node"\nfiles_per_minute = 1000\nwrites_per_minute = 1000\n', encoding="utf-8"
    )
    start(home)
    # what knows models can be loaded only when Django has been set up
    from django.core.files.base import ContentFile
    from tests.browser.make_records import WORD, fill
    from tests.node.conftest import keep_assessment, keep_plan, load, somebody
    from tests.node.execution import planted_campaigns
    from tests.node.plan.studies.planted_studies import plant_each

    from rasr.node.host.home import prepare
    from rasr.node.jobs.models import Job
    from rasr.node.plan import deciding
    from rasr.node.records import uploading
    from rasr.node.records.lots.told import Why

    prepare()
    region = Region.from_frames(make_sample(SEED, SCALE))
    made = plan(region)
    assert made.assessment is not None
    load(region)
    kept = keep_plan(made, keep_assessment(made))
    worst = made.assessment.stores.sort("fatalities_per_year", "store_id")["site_id"][-1]
    planner, officer, *_ = [somebody(role, role) for role in WHOLE_NODE]
    plant_each(planner)
    planted_campaigns.plant(planted_campaigns.another(kept), WORD)
    shut = Hold(kept.first[0]["origin_id"], kept.first[0]["line_id"], never=True)
    deciding.decide(actor=planner, hold=shut, why=Why(WORD, "en"))
    keeper = somebody("storekeeper", "storekeeper", site_id=worst)
    fill(officer=officer, keeper=keeper, site_id=worst)
    for state, code in (("done", ""), ("cancelled", ""), ("failed", "worker_lost")):
        Job.objects.create(kind="assess", actor=planner, state=state, refused_code=code, result={"url": "/"})
    for name, changes in (("broken.xlsx", BROKEN), ("repaired.xlsx", REPAIRED), ("torn.xlsx", None)):
        content = b"torn" if changes is None else workbook(home / name, changes).read_bytes()
        upload = uploading.receive(actor=planner, file=ContentFile(content), name=name)
        uploading.check(actor=planner, upload_id=upload.pk)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
