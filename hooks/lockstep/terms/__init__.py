"""What the field calls things in each language, and where a text says so."""
