"""Capability tokens: what a holder may do in a workspace, and how one is narrowed."""
