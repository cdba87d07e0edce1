"""Packs are measured on data."""
