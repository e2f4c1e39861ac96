"""``python -m xinqiao`` is the same as the command ``xinqiao``."""

import sys

from xinqiao.config.cli import main

sys.exit(main())
