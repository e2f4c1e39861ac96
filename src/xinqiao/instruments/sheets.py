"""An answer sheet is one byte an item: 0xFF blank, 0xFE not shown, else the position of the chosen option."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from xinqiao.instruments.errors import AnswerRefusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinqiao.instruments.definition import Alert, Condition, Item

BLANK = 0xFF
NOT_SHOWN = 0xFE


@dataclass(frozen=True)
class SheetLayout:
    """Tables that turn answers into bytes and back; made once per definition."""

    ids: tuple[str, ...]
    positions: Mapping[str, int]
    codes: tuple[tuple[str, ...], ...]
    values: tuple[tuple[int, ...], ...]
    index: tuple[Mapping[str, int], ...]
    branches: tuple[tuple[int, Condition], ...]
    watched: tuple[tuple[int, str, frozenset[int]], ...]

    @classmethod
    def of(cls, items: Sequence[Item], alerts: Sequence[Alert]) -> SheetLayout:
        watched: dict[int, set[int]] = {}
        positions = {item.id: item.position for item in items}
        for alert in alerts:
            if alert.item and alert.urgency == "immediate":
                item = items[positions[alert.item]]
                hits = {i for i, option in enumerate(item.options) if alert.hit(option.value)}
                watched.setdefault(item.position, set()).update(hits)
        return cls(
            ids=tuple(item.id for item in items),
            positions=positions,
            codes=tuple(tuple(option.code for option in item.options) for item in items),
            values=tuple(tuple(option.value for option in item.options) for item in items),
            index=tuple({option.code: i for i, option in enumerate(item.options)} for item in items),
            branches=tuple((item.position, item.show_if) for item in items if item.show_if),
            watched=tuple((at, items[at].id, frozenset(hits)) for at, hits in sorted(watched.items())),
        )

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def blank(self) -> bytes:
        return bytes([BLANK]) * len(self.ids)

    @cached_property
    def _plain_bytes(self) -> bytes | None:
        """The bytes every item allows, when all items have equally many options; else None."""
        counts = {len(codes) for codes in self.codes}
        return bytes([*range(counts.pop()), NOT_SHOWN, BLANK]) if len(counts) == 1 else None

    def encode(self, answers: Mapping[str, str | None], not_shown: Iterable[str] = ()) -> bytes:
        sheet = bytearray(self.blank)
        for name, code in answers.items():
            at = self.positions.get(name)
            if at is None:
                raise AnswerRefusal(f"问卷里没有题目“{name}”。请刷新页面后再答。", code="unknown_item", field=name)
            if code is None or code == "":
                continue
            option = self.index[at].get(code)
            if option is None:
                raise AnswerRefusal(f"题目“{name}”没有选项“{code}”。请重新选择。", code="unknown_option", field=name)
            sheet[at] = option
        for name in not_shown:
            if name not in self.positions:
                raise AnswerRefusal(f"问卷里没有题目“{name}”。请刷新页面后再答。", code="unknown_item", field=name)
            sheet[self.positions[name]] = NOT_SHOWN
        self._hide_branches(sheet)
        return bytes(sheet)

    def _hide_branches(self, sheet: bytearray) -> None:
        """Mark items whose condition does not hold. Conditions look at earlier items only, so one pass is enough."""
        if not self.branches:
            return
        values = self.values_of(bytes(sheet))
        for at, condition in self.branches:
            if not condition.holds(values):
                sheet[at] = NOT_SHOWN
                values[self.ids[at]] = None

    def decode(self, sheet: bytes) -> dict[str, str | None]:
        self.refuse_bad(sheet)
        return {
            name: None if byte == BLANK else codes[byte]
            for name, codes, byte in zip(self.ids, self.codes, sheet, strict=True)
            if byte != NOT_SHOWN
        }

    def values_of(self, sheet: bytes) -> dict[str, int | None]:
        """Item id → value of the chosen option, None where there is no answer."""
        return {
            name: values[byte] if byte < NOT_SHOWN else None
            for name, values, byte in zip(self.ids, self.values, sheet, strict=True)
        }

    def refuse_bad(self, sheet: bytes) -> None:
        """Raise AnswerRefusal unless ``sheet`` has one allowed byte for every item."""
        if len(sheet) != len(self.ids):
            raise AnswerRefusal(
                f"答卷应有 {len(self.ids)} 题，收到 {len(sheet)} 题。请刷新页面后再提交。", code="sheet_length"
            )
        if self._plain_bytes is not None and not sheet.translate(None, self._plain_bytes):
            return
        for name, codes, byte in zip(self.ids, self.codes, sheet, strict=True):
            if len(codes) <= byte < NOT_SHOWN:
                raise AnswerRefusal(
                    f"题目“{name}”没有第 {byte + 1} 个选项。请重新选择。", code="sheet_byte", field=name
                )

    def safety_hits(self, sheet: bytes) -> list[str]:
        return [name for at, name, hits in self.watched if sheet[at] in hits]
