"""Replay of recorded calls."""
