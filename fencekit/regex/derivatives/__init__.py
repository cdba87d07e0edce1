"""Regexes as trees that share what is equal, so that one edit of a long one costs little."""
