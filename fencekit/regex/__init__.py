"""Python's regular expressions as data: syntax, NFA, lazy DFA, derivatives, products."""
