"""Lab code and what proves that it was run."""
