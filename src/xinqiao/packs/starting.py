"""Where writing begins: a small text that already works, and a name that is free."""

from __future__ import annotations

from xinqiao.packs.models import Edition
from xinqiao.people.models import Organisation

_POSTS = {"school": ("psych_teacher", "school_leader"), "bureau": ("bureau_officer", "bureau_leader")}

# What an author finds in an empty editor. i18n: it is the author's file, in the language packs are written in.
_TEXT = """\
# 方案的写法见 docs/packs.md。改动时右侧会一直检查。
pack: {name}            # 编号：小写字母、数字、短横线，全库唯一
version: "1.0"
title: 新方案
title_en: New plan
summary: 用一两句话说这份方案做什么。
summary_en: One or two sentences on what this plan does.
applies_to: [{kind}]    # 谁可以实施：bureau school street court hospital station other …
period: dates           # school_year 学年、calendar_year 自然年、dates 一段日期、open 长期
starts: "05-01"
ends: "05-31"

clauses:                # 方案要求什么；每一条由下面的一处承担
  "1": {{kind: do, title: 办一次活动, title_en: Hold one event}}

goals:
  - {{id: listen, title: 有人倾听, title_en: Somebody listens}}

units:                  # 谁参加：self 自己、below 下属单位、named 实施时指定
  - {{id: own, title: 本单位, title_en: Our organisation, where: self}}

measures:               # 做什么、谁做、什么时候、交什么
  - id: activity-open
    clause: "1"
    title: 办一次活动
    title_en: Hold one event
    text: 写清怎么做，一两句话。
    text_en: How it is done, in a sentence or two.
    kind: do
    unit: own
    owners: [{owner}]
    lead: [{lead}]
    when: {{window: ["05-06", "05-25"]}}
    evidence: {{words: 活动记录和照片, words_en: A record of the event with pictures, pictures: 2}}
"""  # i18n: the author's file


def text_for(kind: str) -> str:
    """A first text for an organisation of a kind, free of faults."""
    owner, lead = _POSTS.get(kind, ("unit_officer", "unit_leader"))
    return _TEXT.format(name=free_name("new-plan", None), kind=kind, owner=owner, lead=lead)


def free_name(pack: str, owner: Organisation | None) -> str:
    """An id nobody has: p14-12, p14-12-2 …"""
    base = (f"{pack}-{owner.pk}" if owner else pack)[:36]
    taken = set(Edition.objects.filter(pack__startswith=base).values_list("pack", flat=True))
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name
