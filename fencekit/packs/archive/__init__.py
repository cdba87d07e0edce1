"""Archives of packs: built, signed, verified."""
