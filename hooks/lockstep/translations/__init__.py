"""A section of a translation beside its English."""
