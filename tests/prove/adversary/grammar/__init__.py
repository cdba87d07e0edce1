"""The families of pairs: each a function from a source of chance to a pair, or None for a bad draw."""
