"""One file for each shape: its `SHAPE`, and why it is one in the first lines of the file."""
