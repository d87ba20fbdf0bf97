"""Toolkit for pages: lists, exports, figures, messages, languages, and what every page looks like. Knows no app."""
