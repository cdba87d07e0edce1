"""The families of pairs: each a function of chance to a pair, or None for a bad draw."""
