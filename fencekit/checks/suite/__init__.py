"""Running files of cases: what a policy makes of them, and what of it they cover."""
