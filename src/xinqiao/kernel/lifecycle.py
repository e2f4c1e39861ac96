"""Which moves a thing may make, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from xinqiao.kernel.refusal import Refusal

State = TypeVar("State", bound=str)


@dataclass(frozen=True)
class Lifecycle(Generic[State]):
    """Moves keyed by (state, move); what is not in the table is refused."""

    moves: Mapping[tuple[State, str], State]
    refusal: str = "现在的状态不能这样做，请刷新页面看看最新情况。"

    def after(self, state: str, move: str) -> State:
        """The state after ``move``. Raises Refusal(code="move") when the table does not hold it.

        state: a member of the enum, or its value as a row holds it.
        """
        key = (cast(State, state), move)
        if key not in self.moves:
            raise Refusal(self.refusal, code="move")
        return self.moves[key]

    def offers(self, state: str) -> list[str]:
        return [move for (source, move) in self.moves if source == state]

    def open_states(self) -> list[State]:
        """States that something can still leave."""
        return sorted({source for (source, _move) in self.moves})
