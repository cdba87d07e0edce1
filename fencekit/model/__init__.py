"""The words of fencekit as frozen types: standard library only, no input, no output."""
