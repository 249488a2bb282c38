"""What is timed against what; each module is a command (``python -m benchmarks.NAME --help``)."""
