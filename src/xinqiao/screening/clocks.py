"""How long each item was looked at, beside the answers: two bytes an item, little endian, hundredths of a second.

0 = not timed; 65535 = 10 min 55 s or longer. Finer than that nothing reads it (validity floors are whole seconds),
and a sheet of 90 items stays under 300 bytes.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping

LONGEST = 0xFFFF
MS_A_UNIT = 10


def pack(positions: Mapping[str, int], clocks: Mapping[str, int]) -> bytes:
    """positions: item id → byte of the sheet; clocks: item id → milliseconds. Empty when nothing was timed.

    Raises KeyError for an unknown item, TypeError or ValueError for what is no number of milliseconds.
    """
    if not clocks:
        return b""
    units = array("H", bytes(2 * len(positions)))
    for name, ms in clocks.items():
        if ms.__class__ is not int or ms < 0:
            raise ValueError(name)
        unit = ms // MS_A_UNIT
        if unit > LONGEST:  # min() would cost as much as the rest of the loop
            unit = LONGEST
        units[positions[name]] = unit
    if sys.byteorder == "big":
        units.byteswap()
    return units.tobytes()


def unpack(packed: bytes | None, length: int) -> list[float | None] | None:
    """Milliseconds per item in sheet order, None where not timed; None when the whole sheet was not."""
    if not packed:
        return None
    units = array("H", bytes(packed))
    if sys.byteorder == "big":
        units.byteswap()
    if len(units) != length:
        return None
    return [unit * float(MS_A_UNIT) if unit else None for unit in units]
