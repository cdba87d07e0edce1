"""How the time of a backtracking match grows with the text."""
