"""Packs are rendered from their source."""
