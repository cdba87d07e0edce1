"""Strict YAML, JSON and TOML with positions, and files read once, hashed and bounded."""
