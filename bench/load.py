"""A load client of few lines, so that it is not what is measured: asyncio protocols, keep-alive, one request each.

python -m bench.load PORT PATH CONNECTIONS SECONDS TOKENS FIRST EVERY   prints JSON: acknowledged, refused, ms

Sheets are taken from the file TOKENS, starting at FIRST, each EVERY-th (several clients share a file); every request is
another sheet with other answers. When the file is used up it starts again with the next sequence number.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from array import array
from collections.abc import Iterator
from pathlib import Path

from bench.questionnaire import CHOICES, ITEMS, SAFETY

SHAPES = 400
"""Different answer sheets; beside the token and the number no two requests are told apart by more."""
URGENT_SHARE = 0.01


def sheets(rng: random.Random) -> list[bytes]:
    """Bodies without their head: answers and clocks of complete sheets. One in a hundred hits a safety item."""
    made = []
    for _shape in range(SHAPES):
        answers = {f"q{n}": str(rng.randrange(CHOICES)) for n in range(1, ITEMS + 1)}
        answers |= {name: str(rng.randrange(CHOICES - 1)) for name in SAFETY}
        if rng.random() < URGENT_SHARE:
            answers[SAFETY[0]] = str(CHOICES - 1)
        clocks = [rng.randrange(900, 9000) for _name in answers]
        said = json.dumps({"answers": answers, "clocks": clocks}, separators=(",", ":"))
        made.append(said[1:].encode())
    return made


def requests(path: str, tokens: list[str], rng: random.Random) -> Iterator[bytes]:
    bodies = sheets(rng)
    sequence = 0
    while True:
        sequence += 1
        for number, token in enumerate(tokens):
            head = b'{"seq":%d,' % sequence
            body = bodies[number % SHAPES]
            yield (
                (
                    b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                    b"Authorization: Bearer %s\r\nSec-Fetch-Site: same-origin\r\n\r\n"
                    % (path.encode(), len(head) + len(body), token.encode())
                )
                + head
                + body
            )


class Client(asyncio.Protocol):
    def __init__(self, work: Iterator[bytes], until: float, taken: array[float], refused: list[str]) -> None:
        self.work, self.until, self.taken, self.refused = work, until, taken, refused

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.send()

    def send(self) -> None:
        self.answer = b""
        self.since = time.perf_counter()
        self.transport.write(next(self.work))  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.answer += data
        head, gap, body = self.answer.partition(b"\r\n\r\n")
        if not gap:
            return
        low = head.lower()
        at = low.find(b"content-length: ")
        if at < 0 or len(body) < int(low[at + 16 :].split(b"\r\n", 1)[0]):
            return
        now = time.perf_counter()
        if head[9:12] == b"200" and b'"ok":true' in body.replace(b" ", b""):
            self.taken.append((now - self.since) * 1000)
        else:
            self.refused.append(f"{head[9:12].decode()} {body[:120]!r}")
        if now < self.until:
            self.send()
        else:
            self.transport.close()


async def run(
    port: int, path: str, connections: int, seconds: float, tokens: list[str], seed: int
) -> dict[str, object]:
    taken: array[float] = array("d")
    refused: list[str] = []
    work = requests(path, tokens, random.Random(seed))
    loop = asyncio.get_running_loop()
    start = time.perf_counter()
    for _each in range(connections):
        await loop.create_connection(lambda: Client(work, start + seconds, taken, refused), "127.0.0.1", port)
    await asyncio.sleep(seconds + 0.5)
    return {"acknowledged": len(taken), "refused": refused[:3], "refusals": len(refused), "ms": list(taken)}


def main() -> int:
    port, path, connections, seconds, file, first, every = sys.argv[1:]
    tokens = Path(file).read_text(encoding="ascii").split()[int(first) :: int(every)]
    print(json.dumps(asyncio.run(run(int(port), path, int(connections), float(seconds), tokens, int(first)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
