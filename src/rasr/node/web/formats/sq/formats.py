"""How dates and numbers are written in Albanian."""

from rasr.node.web.formats.shared import __getattr__ as __getattr__
