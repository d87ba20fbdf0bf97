"""How dates and numbers are written in Bosnian, Croatian, Montenegrin and Serbian."""

from rasr.node.web.formats.shared import __getattr__ as __getattr__

DATE_FORMAT = "j. F Y."
DATETIME_FORMAT = "j. F Y. H:i"
SHORT_DATE_FORMAT = "j. n. Y."
SHORT_DATETIME_FORMAT = "j. n. Y. H:i"
