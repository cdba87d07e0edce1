"""JSON Schema: validation, references, and schemas that are no schemas."""
