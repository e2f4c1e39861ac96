"""Pages are asked at a moment of the small world, by somebody who is signed in with everything the house wants."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from tests.factories import NOON
from xinqiao.access.actor import Actor


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield NOON


@pytest.fixture
def signed_in(settings) -> Callable[..., Client]:
    """``signed_in(actor)`` → a client; ``fresh=False`` for somebody whose password was given long ago."""
    settings.DEMO = True  # the second factor has tests of its own, in room access

    def enter(actor: Actor, *, fresh: bool = True) -> Client:
        client = Client()
        assert actor.account is not None
        client.force_login(actor.account, backend="xinqiao.accounts.backends.TicketBackend")
        if fresh:
            session = client.session
            session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
            session.save()
        return client

    return enter
