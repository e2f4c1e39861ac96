"""Loaded by every process of a house whose time a test sets (PYTHONPATH holds this folder).

XINQIAO_TEST_CLOCK names a file with the number of seconds by which this house's time differs from ours. It is read
again every fifth of a second, so that a test can let hours pass while the server and its worker run.
"""

import os
import threading
import time
from pathlib import Path

if "XINQIAO_TEST_CLOCK" in os.environ:
    import time_machine

    _path = Path(os.environ["XINQIAO_TEST_CLOCK"])
    _real = time.time
    _shift = {"now": None, "travel": None}

    def _follow() -> None:
        wanted = float(_path.read_text().strip() or 0)
        if wanted == _shift["now"]:
            return
        if _shift["travel"] is not None:
            _shift["travel"].stop()
        _shift["travel"] = time_machine.travel(_real() + wanted, tick=True)
        _shift["travel"].start()
        _shift["now"] = wanted

    def _keep() -> None:
        wait = threading.Event()
        while True:
            wait.wait(0.2)
            try:
                _follow()
            except (OSError, ValueError):
                continue

    def _begin() -> None:
        threading.Thread(target=_keep, daemon=True).start()

    _follow()
    _begin()
    if hasattr(os, "register_at_fork"):  # the web server forks its worker, and threads do not follow a fork
        os.register_at_fork(after_in_child=_begin)
