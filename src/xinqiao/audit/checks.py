"""The trail must fit from its first entry to its last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from xinqiao.audit.services import verify
from xinqiao.kernel.findings import Finding

_WORDS = {"missing": "缺少", "changed": "内容被改动", "cut": "之前的记录被截断"}


def violations(at: datetime) -> Iterator[Finding]:
    for broken in verify():
        yield Finding(
            "trail",
            f"audit.chain:{broken.owner}",
            f"机构 {broken.owner} 的留痕链第 {broken.number} 条{_WORDS[broken.reason]}，请保留现场并报告数据保护专员。",
        )
