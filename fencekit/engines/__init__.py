"""Engines: each compiles a policy into an evaluator that decides requests."""
