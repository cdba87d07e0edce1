"""What a project configures once, in `[tool.fencekit]` of its `pyproject.toml`."""
