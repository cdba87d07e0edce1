"""Comparisons and guardrails by proof, their certificates and counts."""
