"""One file for each shape: its `RULE`, and why it is one in the first lines of the file."""
