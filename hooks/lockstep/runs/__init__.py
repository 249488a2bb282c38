"""Notebooks executed on Spark."""
