"""A PostgreSQL of our own for the tests that need one: from a wheel, on a unix socket, gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

WHY_NOT = "PostgreSQL for tests is missing: run `python scripts/test_services.py ensure`"


@pytest.fixture(scope="session")
def postgres_url():
    """Address of an empty database ``xinqiao``, as XINQIAO_DATABASE_URL takes it.

    The address in the environment is used when there is one (the second, small run of `make test` starts a server
    once and hands its address on); otherwise a server is started in a temporary folder. A short folder name, because
    a unix socket's path may not be longer than 107 bytes.
    """
    given = os.environ.get("XINQIAO_DATABASE_URL", "")
    if given:
        yield given
        return
    from scripts.test_services import postgres

    folder = Path(tempfile.mkdtemp(prefix="xq-pg-"))
    try:
        with postgres(folder) as url:
            if url is None:
                pytest.skip(WHY_NOT)
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)
