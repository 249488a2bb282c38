"""Markdown guides, read."""
