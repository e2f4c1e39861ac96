"""A small pack with one of everything, as its author would write it."""

from __future__ import annotations

SMALL = """\
# 一份小方案
pack: small
version: "1.0"
title: 校园倾听周
title_en: Listening week
summary: 每校一周，请学生说说话。
summary_en: One week at every school to listen to students.
applies_to: [bureau]
period: dates
starts: "04-02"
ends: "05-10"
clauses:
  "S.1": {kind: do, title: 每校办一次倾听活动, title_en: One listening event at every school}
  "S.2": {kind: due, title: 每校交总结和照片, title_en: Each school hands in a summary and pictures}
  "S.3": {kind: aim, title: 每生十元, title_en: Ten yuan per student}
  "S.4": {kind: keep, title: 设领导小组, title_en: A leading group}
  "S.5": {kind: rule, title: 先申报后测评, title_en: File before you survey}
  "S.10": {kind: keep, title: 年度考核, title_en: Yearly evaluation}
goals:
  - {id: care, title: 有人倾听, title_en: Somebody listens}
populations:
  - {id: all, title: 全体学生, title_en: All students}
units:
  - {id: office, title: 教育局, title_en: Education bureau, where: self}
  - {id: schools, title: 各中小学, title_en: Schools, where: below, kind: school}
teams:
  - id: lead
    title: 领导小组
    title_en: Leading group
    unit: office
    meets_per_term: 1
    duties: [{title: 审定安排, title_en: Decides the arrangements}]
    positions: [{id: head, title: 组长, title_en: Head, post: bureau_leader}]
    clause: "S.4"
services:
  - {id: room, title: 心理辅导室, title_en: Counselling room, kind: room, unit: schools, hours_per_week: 5}
protocols:
  - id: talk
    title: 倾听谈话
    title_en: Listening talk
    population: all
    principle: 先听后说
    principle_en: Listen first
    steps: [{title: 请坐, title_en: Offer a seat}, {title: 倾听, title_en: Listen}]
measures:
  - id: activity-listening
    clause: "S.1"
    title: 办倾听活动
    title_en: Hold a listening event
    text: 每校至少一次，邀请学生参加，可以不参加。
    text_en: At least once; students are invited and may decline.
    kind: do
    unit: schools
    owners: [psych_teacher, moral_head]
    lead: [bureau_officer]
    responsible: [office]
    when: {window: ["04-02", "04-29"]}
    emergency: {every: week}
    protocol: talk
    population: all
    evidence: {words: 活动记录, words_en: A record of the event, pictures: 2}
  - id: summary
    clause: "S.2"
    title: 交总结
    title_en: Hand in the summary
    text: 总结和照片。
    text_en: Summary and pictures.
    kind: due
    unit: schools
    owners: [moral_head]
    lead: [bureau_officer]
    when: {"on": ["05-10"]}
    evidence: {words: 总结, words_en: Summary, files: 1, live: plans.handed_in}
    gathers: true
    late: {remind: 3, climb: [1, 7]}
rules:
  - {id: filing, title: 先申报, title_en: File first, indicator: screening.unfiled, clause: "S.5"}
indicators:
  - id: money
    title: 每生经费
    title_en: Money per student
    indicator: budgets.per_student
    unit: schools
    target: {"": 10}
budget:
  - {id: own, title: 专项经费, title_en: Own budget, unit: schools, per_student: 10, clause: "S.3"}
evaluation:
  title: 年度考核
  title_en: Yearly evaluation
  clause: "S.10"
  items:
    - {id: event, title: 活动, title_en: Event, weight: 60, evidence: 记录, evidence_en: Record}
    - {id: privacy, title: 保密, title_en: Privacy, weight: 40, red_line: true}
  grades:
    - {from: 90, title: 优秀, title_en: Very good}
    - {from: 0, title: 待改进, title_en: To be improved}
calendar:
  - {id: may25, title: 5·25, title_en: May 25, when: {"on": ["05-25"]}}
"""

DERIVED = """\
pack: small-county
version: "1.0"
title: 某县倾听周  # 县里的名字
title_en: Listening week of a county
based_on: {pack: small, version: "1.0"}
changes:
  set:
    measures.summary.owners: [school_leader]   # 县里由校长交
    budget.own.per_student: 12
  remove: [calendar.may25]
  add:
    clauses:
      "C.1": {kind: do, title: 县里加一项, title_en: One more}
    measures:
      - id: extra
        clause: "C.1"
        title: 家长会
        title_en: Parents' meeting
        text: 开一次家长会。
        text_en: Hold a parents' meeting.
        kind: do
        unit: schools
        owners: [class_teacher]
        lead: [bureau_officer]
        when: {every: term}
        evidence: {words: 记录, words_en: Record}
"""


def smaller(text: str, *changes: tuple[str, str]) -> str:
    """The text with each first part replaced by the second; a first part that is not there is a mistake of the test."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
