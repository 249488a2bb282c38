"""What authors and translators have done for them."""
