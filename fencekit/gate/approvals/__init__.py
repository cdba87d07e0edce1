"""Approvals: what waits for a person, what a person granted, and each use of it, spent once."""
