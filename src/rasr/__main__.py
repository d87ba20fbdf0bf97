"""``python -m rasr``: the same as the command ``rasr``."""

import sys

from rasr.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
