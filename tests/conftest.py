"""What every test has: no network, the source language, and property tests at the speed of the place they run in."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.network", "tests.postgres"]

# One machine finds a failure, every machine must find it again: CI draws the same examples each time.
settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("dev", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
# Long, by hand, when a rule of the care line changes: HYPOTHESIS_PROFILE=soak pytest -m property
settings.register_profile("soak", deadline=None, max_examples=5_000, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


@pytest.fixture(autouse=True)
def _chinese():
    """Each test starts in the source language, whatever the one before it activated."""
    from django.utils import translation

    with translation.override("zh-hans"):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item):
    """A test with real commits ends by emptying every table; put back the rows that migrations founded.

    Django does so only before the next test of that kind, and processes that share the work run them in any order.
    """
    outcome = yield
    marker = item.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        from django.db import connection
        from pytest_django.plugin import blocking_manager_key

        founded = getattr(connection, "_test_serialized_contents", None)
        if founded is not None and connection.vendor == "sqlite":  # the PostgreSQL run is one process, in order
            with item.config.stash[blocking_manager_key].unblock():
                connection.creation.deserialize_db_from_string(founded)
                connection.close()
    return outcome
