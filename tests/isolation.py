"""Loaded before Django (``-p tests.isolation``): a test run has a home of its own.

Settings read XINQIAO_HOME when they are imported, and pytest-django imports them before any conftest, so the folder
has to be there first. Without it a run would read the secrets, the demo mark and the files of ``./var``.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="xinqiao-test-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["XINQIAO_HOME"] = str(_folder)
for name in ("XINQIAO_SECRETS", "XINQIAO_HOSTS", "XINQIAO_HTTPS", "XINQIAO_DEMO"):
    os.environ.pop(name, None)
