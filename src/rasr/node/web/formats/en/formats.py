"""How dates and numbers are written in English."""

from rasr.node.web.formats.shared import __getattr__ as __getattr__

SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y H:i"
DECIMAL_SEPARATOR = "."
