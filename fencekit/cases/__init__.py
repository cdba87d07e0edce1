"""Files of cases: calls, and what a policy must make of them."""
