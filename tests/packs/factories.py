"""Who writes and who reviews, and editions in each state."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import NOON, a_bureau, an_actor
from tests.packs.samples import DERIVED, SMALL, smaller
from xinqiao.access.actor import HOUSE
from xinqiao.access.enums import PostKind
from xinqiao.packs import services
from xinqiao.packs.core import read
from xinqiao.packs.models import Edition

LATER = NOON + timedelta(hours=1)


def an_edition(text: str = SMALL, *, owner=None, parent: Edition | None = None) -> Edition:
    """A published edition as it came with the house (or was published by nobody in particular)."""
    data = read.compile_pack(read.load(text), parent.data if parent else None)
    return Edition.objects.create(
        pack=data["pack"], version=data["version"], title=data["title"], title_en=data.get("title_en", ""), owner=owner,
        source=text, data=data, digest=read.digest(data), based_on=parent, state="published", written_at=NOON,
        published_at=NOON,
    )  # fmt: skip


def a_desk(bureau=None):
    """(bureau, writer, reviewer)."""
    bureau = bureau or a_bureau()
    writer = an_actor(PostKind.BUREAU_OFFICER, bureau, "写的人")
    return bureau, writer, an_actor(PostKind.BUREAU_EXPERT, bureau, "审的人")


def a_draft(bureau, writer, text: str = SMALL) -> Edition:
    return services.draft_edition(actor=writer, owner=bureau, text=text, at=NOON)


def version_of(text: str, version: str) -> str:
    return smaller(text, ('version: "1.0"', f'version: "{version}"'))


__all__ = [
    "DERIVED", "HOUSE", "LATER", "NOON", "SMALL", "a_desk", "a_draft", "an_edition", "smaller", "version_of",
]  # fmt: skip
