"""JSON Schema: what each keyword asks of a value, references, samples."""
