"""A lab to take away: a notebook, a Databricks source file, an archive."""
