"""A project's files, read and written."""
