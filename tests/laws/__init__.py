"""The laws of the design, each a test whose name is the sentence."""
