"""Lint: the known bad shapes of a policy, each found with its place and calls that show it."""
