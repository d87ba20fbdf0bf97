"""Values as JSON can hold them.

>>> from datetime import date
>>> plain({"share": float("inf"), "on": date(2026, 1, 2)})
{'share': 'inf', 'on': '2026-01-02'}
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder


def plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """The value as JSON holds it: numbers that JSON does not know (infinity, not a number) as text."""
    told: dict[str, Any] = json.loads(json.dumps(_finite(dict(value)), cls=DjangoJSONEncoder))
    return told


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): _finite(inner) for name, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value
