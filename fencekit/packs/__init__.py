"""Packs: policies that ship with their source, their cases, their guardrails and their figures."""
