"""Packs are installed and upgraded."""
