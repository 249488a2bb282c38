"""What a person calls, and sees."""
