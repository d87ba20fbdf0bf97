"""Figures as people read them: two or three digits that mean something, and their unit in the heading.

>>> danger(0.28993), tonnes(1234567.0), euro(15_979_082.9)
('0.290', '1,235', '15,979,083')
"""

from __future__ import annotations


def danger(fatalities: float) -> str:
    """Three significant digits; very small ones as a power of ten."""
    if fatalities == 0:
        return "0"
    return f"{fatalities:#.3g}" if abs(fatalities) >= 1e-4 else f"{fatalities:.1e}"


def interval(low: float, high: float) -> str:
    """From one to the other, two significant digits each."""
    return f"{low:.2g} to {high:.2g}"


def tonnes(mass_kg: float) -> str:
    """Whole tonnes; below ten, one decimal."""
    mass_tonne = mass_kg / 1000.0
    return f"{mass_tonne:,.0f}" if mass_tonne >= 10 or mass_tonne == 0 else f"{mass_tonne:,.1f}"


def euro(amount_eur: float) -> str:
    """Whole euro."""
    return f"{amount_eur:,.0f}"


def thousand_euro(amount_eur: float) -> str:
    """Whole thousands of euro."""
    return f"{amount_eur / 1000.0:,.0f}"


def percent(share: float) -> str:
    """One decimal."""
    return f"{100 * share:.1f} %"


def blind(mass_share: float | None, neq_share: float | None) -> str:
    """What the figures cannot see, as a part of a sentence."""
    if mass_share is None or neq_share is None:
        return "blind to a share that is not known, as the pools were given without records"
    return f"blind to {percent(mass_share)} of the records by mass, {percent(neq_share)} by net explosive quantity"
