"""A pack as it is read."""
