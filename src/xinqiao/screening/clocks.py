"""How long each item was looked at, beside the answers: two bytes an item, little endian, hundredths of a second.

0 = not timed; 65535 = 10 min 55 s or longer. Finer than that nothing reads it (validity floors are whole seconds),
and a sheet of 90 items stays under 300 bytes.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence

LONGEST = 0xFFFF
MS_A_UNIT = 10


def pack(clocks: Sequence[int], length: int) -> bytes:
    """clocks: milliseconds per item in sheet order, 0 where not timed. Empty bytes for an empty sequence.

    Raises ValueError when there is not one whole, non-negative number for each of ``length`` items.
    """
    if not clocks:
        return b""
    if len(clocks) != length:
        raise ValueError("length")
    try:
        units = array("H", [ms // MS_A_UNIT for ms in clocks])
    except OverflowError:
        if min(clocks) < 0:
            raise ValueError("negative") from None
        units = array("H", [min(LONGEST, ms // MS_A_UNIT) for ms in clocks])
    except TypeError as error:
        raise ValueError("not a number") from error
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
