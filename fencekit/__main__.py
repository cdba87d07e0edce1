"""`python -m fencekit` is the command `fencekit`; the hooks of coding agents take a quick way."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> "NoReturn":
    """Run the command line. A hook with a resident gate needs next to nothing of fencekit."""
    if sys.argv[1:2] == ["hook"]:
        from fencekit.adapters.hooks.quick import try_resident  # noqa: PLC0415

        code = try_resident(sys.argv[2:])
        if code is not None:
            sys.exit(code)
    from fencekit.cli.main import main as run  # noqa: PLC0415

    run()


if __name__ == "__main__":
    main()
