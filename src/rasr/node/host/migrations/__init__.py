"""Migrations of the app host."""
