"""Packs are vetted, step by step."""
