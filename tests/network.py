"""No test speaks to another machine: a connection that leaves loopback is refused at the socket."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest


class LeftTheHouse(RuntimeError):
    """A test tried to reach another machine."""


def _is_here(address: Any) -> bool:
    if not isinstance(address, tuple):  # a unix socket, or netlink
        return True
    host = address[0]
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _no_network():
    """Guard ``connect`` and ``connect_ex`` for the whole run, threads included."""
    guarded = {}
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            guarded[name] = getattr(socket.socket, name)

            def guard(self, address, *, _name=name):
                if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_here(address):
                    raise LeftTheHouse(f"a test tried to connect to {address!r}")
                return guarded[_name](self, address)

            patch.setattr(socket.socket, name, guard)
        yield
