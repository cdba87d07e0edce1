"""Mutation of a policy: whether its cases, or its logs, would notice that it was edited."""
