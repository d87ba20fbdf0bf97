"""Numbers as people read them: few digits for danger, thin spaces for thousands, the decimal mark of the language.

>>> Numerals(".").danger(0.0034), Numerals(",").tonnes(1_234_567.0)
('0.0034', '1\u202f235')
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rasr.core.basis.units import tonne_from_kg

THIN_SPACE = "\u202f"
DASH = "\u2013"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SMALLEST_PLAIN = 1e-3
LARGEST_FRACTION = 10.0
"""From here on tonnes and money are told in whole numbers."""
DANGER_DIGITS = 2


@dataclass(frozen=True)
class Numerals:
    """Writes numbers with one decimal mark; None and not-a-number are written as a dash, infinity as ∞."""

    decimal_mark: str

    def whole(self, value: float | None) -> str:
        """A whole number, thousands apart by a thin space."""
        if value is None or not math.isfinite(value):
            return _endless(value)
        return f"{value:,.0f}".replace(",", THIN_SPACE).replace("-", "−")

    def significant(self, value: float | None, digits: int) -> str:
        """So many significant digits, without an exponent."""
        if value is None or not math.isfinite(value):
            return _endless(value)
        if value == 0:
            return "0"
        rounded = float(f"{value:.{digits - 1}e}")
        places = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
        whole, _, fraction = f"{rounded:,.{places}f}".partition(".")
        whole = whole.replace(",", THIN_SPACE).replace("-", "−")
        return f"{whole}{self.decimal_mark}{fraction}" if fraction else whole

    def danger(self, value: float | None) -> str:
        """Expected fatalities: two significant digits, a power of ten below one in a thousand."""
        if value is None or not math.isfinite(value) or value == 0 or abs(value) >= SMALLEST_PLAIN:
            return self.significant(value, DANGER_DIGITS)
        mantissa, exponent = f"{value:.{DANGER_DIGITS - 1}e}".split("e")
        power = str(int(exponent)).translate(_SUPERSCRIPT)
        return f"{mantissa.replace('.', self.decimal_mark)}{THIN_SPACE}×{THIN_SPACE}10{power}"

    def interval(self, low: float | None, high: float | None) -> str:
        """Both ends of an interval of danger."""
        return f"{self.danger(low)} {DASH} {self.danger(high)}"

    def tonnes(self, mass_kg: float | None) -> str:
        """A mass in tonnes, whole from ten tonnes on."""
        return DASH if mass_kg is None else self._whole_or_two(tonne_from_kg(mass_kg))

    def thousands(self, amount: float | None) -> str:
        """An amount in thousands, whole from ten thousand on."""
        return DASH if amount is None else self._whole_or_two(amount / 1000)

    def rounded(self, amount: float | None) -> str:
        """An amount to three significant digits, written out."""
        return DASH if amount is None else self.significant(amount, 3)

    def percent(self, share: float | None) -> str:
        """A share of one in per cent, two digits, without the sign."""
        if share is None or not math.isfinite(share):
            return _endless(share)
        return self.whole(share * 100) if abs(share) >= LARGEST_FRACTION / 100 else self.significant(share * 100, 2)

    def _whole_or_two(self, value: float) -> str:
        return self.whole(value) if abs(value) >= LARGEST_FRACTION else self.significant(value, 2)


def _endless(value: float | None) -> str:
    """What is no finite number: infinity by its sign, unknown as a dash."""
    return "∞" if value == math.inf else DASH
