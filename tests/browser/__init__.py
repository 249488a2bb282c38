"""Tests that read the built site as its readers do: in Chromium, without any network."""
