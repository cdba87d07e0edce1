"""`python -m fencekit` is the command `fencekit`."""

from fencekit.cli.main import main

if __name__ == "__main__":
    main()
