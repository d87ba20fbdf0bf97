"""Declared surplus: decisions of the nation, and the stock that they name."""
