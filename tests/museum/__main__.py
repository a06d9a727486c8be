"""Let `python -m tests.museum` find what lies beside it."""

import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

if __name__ == "__main__":
    sys.exit(import_module("museum.command").main())
