"""Calls and policies that are made for testing."""
