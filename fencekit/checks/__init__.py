"""Checks: requests from somewhere, two sides that decide them, and the relation between."""
