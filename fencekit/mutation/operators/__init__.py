"""Mutation operators: single edits of a policy."""
