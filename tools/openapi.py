"""The description of the API as it is frozen in ``docs/api/openapi.json``.

After a change that is meant: ``python -m tools.openapi docs/api/openapi.json``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def text() -> str:
    """OpenAPI 3.1, as JSON with sorted keys. Django is set up."""
    from rasr.node.api.endpoints import api  # it can be loaded only once Django is set up

    said = api.get_openapi_schema(path_prefix="/api/")
    said["components"]["securitySchemes"]["Reader"]["name"] = "__Host-rasr_session"  # in production, wherever this runs
    return json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    from rasr.node.start import start

    start()
    Path(sys.argv[1]).write_text(text())
