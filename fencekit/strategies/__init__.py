"""Calls and policies made for testing: mutants, and what is drawn near a policy's own edges."""
