"""The worker's loop: announcements first, then sweeps, then one job."""

from __future__ import annotations

import logging
import threading
import time

from django.db import close_old_connections, connection
from django.utils import timezone

from xinqiao.outbox import services

log = logging.getLogger("xinqiao.outbox")
PAUSE_SECONDS = 0.3


def _quick_turns(stop: threading.Event) -> None:
    """Announcements and sweeps. They never wait behind a long job: an urgent answer must reach a person in seconds."""
    while not stop.is_set():
        try:
            close_old_connections()
            delivered = services.deliver_announcements(timezone.now())
            services.run_due_sweeps(timezone.now())
            if delivered:
                continue
        except Exception:
            log.exception("worker turn failed")
            time.sleep(1)
        stop.wait(PAUSE_SECONDS)
    connection.close()


def work(stop: threading.Event) -> None:
    """Work until ``stop`` is set: one thread for what is quick, this one for jobs."""
    quick = threading.Thread(target=_quick_turns, args=(stop,), name="quick-turns", daemon=True)
    quick.start()
    while not stop.is_set():
        try:
            close_old_connections()
            if services.run_next_job(timezone.now(), clock=timezone.now) is not None:
                continue
        except Exception:
            log.exception("job turn failed")
            time.sleep(1)
        stop.wait(PAUSE_SECONDS)
    quick.join(timeout=5)
