"""What must hold of a site."""
