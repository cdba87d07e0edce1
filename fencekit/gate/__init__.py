"""The gate: one tool call is normalised, decided, approved, executed and recorded. No sandbox."""
