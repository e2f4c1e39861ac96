"""Plans as files: the table of units, and everything that was handed in for a call as one package."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.documents.downloads import safe_filename
from xinqiao.documents.excel import Column, Sheet, workbook
from xinqiao.plans.counting import UnitProgress
from xinqiao.plans.enums import TaskState
from xinqiao.plans.models import Attachment, HandIn, Task

PIECE = 256 * 1024
"""Bytes of a file that are in memory at a time."""


def units_table(title: str, rows: Iterable[UnitProgress], at: datetime) -> bytes:
    heads = (
        _("任务"), _("已到期"), _("到期已完成"), _("完成率"), _("待审核"), _("退回"), _("逾期未交"), _("曾逾期"),
        _("免做"),
    )  # fmt: skip
    columns = [Column(_("单位"), 30), Column(_("代码"), 12)]
    columns += [Column(head, 10, "percent" if head == _("完成率") else "number") for head in heads]
    lines = [
        (
            row.organisation.name, row.organisation.code, c.total, c.due, c.done_due,
            c.done_due / c.due if c.due else None, c.waiting, c.returned, c.late, c.was_late, c.waived,
        )
        for row in rows
        for c in [row.counts]
    ]  # fmt: skip
    note = _("截至 %(at)s。完成率＝到期任务中已审核通过的比例。") % {
        "at": timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
    }
    return workbook([Sheet(_("%(title)s 各单位进度") % {"title": title}, columns, lines, _("各单位进度"), note)])


# --- the package of a call ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """What one unit gives. hand_in: the one that counts (accepted, or waiting for review); None: nothing yet."""

    task: Task
    hand_in: HandIn | None
    files: Sequence[Attachment]
    folder: str

    @property
    def pictures(self) -> int:
        return sum(file.picture for file in self.files)

    @property
    def others(self) -> int:
        return len(self.files) - self.pictures

    @property
    def named(self) -> list[tuple[str, Attachment]]:
        """Files with the names they have in the folder: numbered, so that no two are the same."""
        found, numbers = [], {True: 0, False: 0}
        for file in self.files:
            numbers[file.picture] += 1
            kind = _("照片") if file.picture else _("文件")
            found.append((safe_filename(f"{kind}{numbers[file.picture]:02} {file.name}"), file))
        return found


def parts(tasks: Sequence[Task]) -> list[Part]:
    """One for each task, in order; tasks come with their hand-ins and files read (``gathered``)."""
    width = max(2, len(str(len(tasks))))
    found = []
    for number, task in enumerate(tasks, start=1):
        counting = [each for each in task.hand_ins.all() if each.verdict in ("", "accepted")]
        last = max(counting, key=lambda each: each.number, default=None)
        files = sorted(last.attachments.all(), key=lambda file: (not file.picture, file.pk)) if last else []
        folder = safe_filename(f"{number:0{width}} {task.unit.name}").rstrip(" .")
        found.append(Part(task, last, files, folder))
    return found


def index_of(title: str, found: Sequence[Part], at: datetime) -> bytes:
    """The list that lies on top of the package: who gave what, and who has not."""
    columns = [
        Column(_("序号"), 6, "number"), Column(_("单位"), 28), Column(_("状态"), 10),
        Column(_("交材料时间"), kind="datetime"), Column(_("交材料人"), 12), Column(_("是否逾期"), 9),
        Column(_("照片"), 7, "number"), Column(_("文件"), 7, "number"),
        Column(_("文字"), 46), Column(_("审核意见"), 24), Column(_("文件夹"), 28),
    ]  # fmt: skip
    rows = [
        (
            number, part.task.unit.name, str(TaskState(part.task.state).label),
            part.hand_in.at if part.hand_in else None, part.hand_in.by.name if part.hand_in else "",
            _("是") if part.task.late_on else "", part.pictures,
            part.others, part.hand_in.text if part.hand_in else "",
            part.hand_in.words if part.hand_in else "", part.folder if part.hand_in else "",
        )
        for number, part in enumerate(found, start=1)
    ]  # fmt: skip
    given = sum(part.hand_in is not None for part in found)
    facts = {"at": timezone.localtime(at).strftime("%Y-%m-%d %H:%M"), "given": given, "all": len(found)}
    note = _("截至 %(at)s，%(all)d 个单位中 %(given)d 个已交。") % facts
    return workbook([Sheet(title, columns, rows, _("目录"), note)])


class _Pipe(io.RawIOBase):
    """Where the archive is written to and read from at once: nothing is kept that was read."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._waiting.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._waiting = self._waiting, []
        return b"".join(pieces)


def package(title: str, found: Sequence[Part], at: datetime) -> Iterator[bytes]:
    """The archive piece by piece: the index, then a folder for each unit that gave something. Photos and office files
    are packed already, so they are stored as they are."""
    pipe, now = _Pipe(), timezone.localtime(at).timetuple()[:6]
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(_("00 目录.xlsx"), now), index_of(title, found, at))
        yield pipe.taken()
        for part in found:
            if part.hand_in is None:
                continue
            if part.hand_in.text:
                text = part.hand_in.text.replace("\n", "\r\n").encode("utf-8-sig")
                archive.writestr(zipfile.ZipInfo(f"{part.folder}/{_('文字')}.txt", now), text)
            for name, file in part.named:
                with (
                    file.file.open("rb") as source,
                    archive.open(zipfile.ZipInfo(f"{part.folder}/{name}", now), "w") as to,
                ):
                    while piece := source.read(PIECE):
                        to.write(piece)
                        yield pipe.taken()
            yield pipe.taken()
    yield pipe.taken()
