"""Reports: one self-contained HTML file, a map as GeoJSON, and every table as Parquet and CSV."""

from rasr.report.folder import write

__all__ = ["write"]
