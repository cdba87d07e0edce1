"""The command `fencekit`: a command reads its options, calls one function, shows what it got."""
