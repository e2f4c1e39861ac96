from __future__ import annotations

import pytest

from xinqiao.vault import keys


@pytest.fixture(autouse=True)
def _fresh_keys():
    keys.forget()
    yield
    keys.forget()
