"""The native engine: a reference evaluator that can be read aloud."""
