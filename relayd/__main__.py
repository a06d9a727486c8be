"""``python -m relayd`` is the command ``relayd``."""

import sys

from relayd.cli import main

sys.exit(main())
