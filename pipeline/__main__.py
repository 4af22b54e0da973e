"""Run the command line with ``python -m pipeline`` or ``sohoa``."""

from pipeline.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
