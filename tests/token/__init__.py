"""Capability tokens."""
