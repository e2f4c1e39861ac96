"""The naive peer: the same database and models, and of the middleware only the one allauth will not start without."""

from xinqiao.config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.peer"
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
