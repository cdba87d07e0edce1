"""Comparison of the `capfence` dialect with the real package."""
