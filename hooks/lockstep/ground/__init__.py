"""What everything stands on: places, findings, languages, settings."""
