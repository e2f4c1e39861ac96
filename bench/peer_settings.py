"""The naive peer: the same database and models, Django without one middleware."""

from xinqiao.config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.peer"
MIDDLEWARE: list[str] = []
