"""The built-in tools of the gate: files below one folder, opened by descriptors alone."""
