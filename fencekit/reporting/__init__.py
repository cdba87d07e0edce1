"""Reports and explanations for every reader: terminal, JSON, HTML. One file a format."""
