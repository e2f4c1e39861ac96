"""Whether the parts of a pack fit the world: who can own a task, when it can fall due, what the numbers add up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xinqiao.packs.core.problems import Problem, fault, hint
from xinqiao.packs.core.words import N_, POSTS, posts_at

RHYTHMS = ("every", "on", "months", "after", "event", "window", "always")
TAKES_BY = ("month", "quarter", "term", "year")


def problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _period(data)
    yield from _units(data)
    for measure in data.get("measures") or []:
        yield from _measure(measure, data)
    for entry in data.get("calendar") or []:
        yield from when_problems(f"calendar.{entry['id']}.when", entry["when"])
    for team in data.get("teams") or []:
        yield from _team(team, data)
    for line in data.get("budget") or []:
        if "per_student" in line and "amount" in line:
            words = N_("每生金额 per_student 和总额 amount 二选一，请只写一个")
            yield fault(f"budget.{line['id']}", words)
    yield from _evaluation(data.get("evaluation") or {})


def _period(data: Mapping[str, Any]) -> Iterator[Problem]:
    if data["period"] == "dates":
        for name in ("starts", "ends"):
            if name not in data:
                yield fault("period", N_('period 是 dates 时要写 %(name)s，例如 %(name)s: "04-02"'), name=name)
    elif "starts" in data or "ends" in data:
        yield fault("period", N_("starts 和 ends 只在 period: dates 时写，请删去它们或改 period"))


def _units(data: Mapping[str, Any]) -> Iterator[Problem]:
    for unit in data["units"]:
        place = f"units.{unit['id']}"
        if unit["where"] != "self" and not unit.get("kind"):
            words = N_("where 是 %(where)s 时要写 kind，例如 kind: school")
            yield fault(place, words, where=unit["where"])
        if unit["where"] == "self" and unit.get("kind"):
            yield fault(f"{place}.kind", N_("where 是 self 时由 applies_to 决定，请删去 kind"))
        if unit.get("many") and unit["where"] != "named":
            yield fault(f"{place}.many", N_("many 只用于 where: named，请删去"))


def posts_of_unit(data: Mapping[str, Any], unit_id: str) -> set[str]:
    """Post kinds that can exist at a unit; every one when the unit is unknown."""
    unit = next((each for each in data["units"] if each["id"] == unit_id), None)
    if unit is None:
        return set(POSTS)
    kinds = data["applies_to"] if unit["where"] == "self" else [unit.get("kind", "")]
    return {post for kind in kinds for post in posts_at(kind)}


def _measure(measure: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Problem]:
    place = f"measures.{measure['id']}"
    yield from when_problems(f"{place}.when", measure["when"])
    if "emergency" in measure:
        yield from when_problems(f"{place}.emergency", measure["emergency"])
    possible = posts_of_unit(data, measure["unit"])
    for post in measure["owners"]:
        if post not in possible:
            yield _no_post(f"{place}.owners", post, possible)
    at_home = {post for kind in data["applies_to"] for post in posts_at(kind)}
    for post in measure.get("lead") or []:
        if post not in at_home:
            yield _no_post(f"{place}.lead", post, at_home)
    if measure.get("accept", "lead") == "lead" and not measure.get("lead"):
        yield fault(place, N_("上交后由牵头方审核（accept: lead），请写 lead，或改成 accept: unit 或 none"))
    late = measure.get("late") or {}
    if list(late.get("climb", [])) != sorted(set(late.get("climb", []))):
        yield fault(f"{place}.late.climb", N_("上报的天数要从小到大、不重复，例如 [1, 7]"))
    proof = measure["evidence"]
    nothing = proof.get("text", True) is False and not (
        proof.get("files") or proof.get("pictures") or proof.get("live")
    )
    if nothing:
        yield fault(f"{place}.evidence", N_("没有任何证据：请要求文字、文件、照片中的一样，或写 live"))


def _no_post(place: str, post: str, possible: set[str]) -> Problem:
    words = N_("这个单位没有岗位“%(post)s”，任务会没人接。可以写：%(known)s")
    return fault(place, words, post=post, known="、".join(each for each in POSTS if each in possible))


def _team(team: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Problem]:
    """A bureau's team may seat teachers of its schools: any post of any unit of the plan will do."""
    possible = {post for unit in data["units"] for post in posts_of_unit(data, unit["id"])}
    for position in team["positions"]:
        if position.get("post") and position["post"] not in possible:
            yield _no_post(f"teams.{team['id']}.positions.{position['id']}.post", position["post"], possible)


def when_problems(path: str, when: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with one rhythm."""
    given = [name for name in RHYTHMS if name in when]
    if len(given) != 1:
        words = N_("要写且只写一种：every、on、months、after、event、window 或 always；现在写了 %(given)s")
        yield fault(path, words, given="、".join(given) or "—")
        return
    (rhythm,) = given
    if rhythm == "after" and ("days" in when) == ("weeks" in when):
        yield fault(path, N_("after: start 要配 days 或 weeks 中的一个，例如 weeks: 2"))
    if rhythm == "after" and (when.get("days", 0) < 0 or when.get("weeks", 0) < 0):
        yield fault(path, N_("方案开始之前还没有任务，days 和 weeks 请写正数"))
    if rhythm not in ("after", "event") and ("days" in when or "weeks" in when):
        yield fault(path, N_("days 和 weeks 只配 after 或 event，请删去"))
    if "by" in when and not (rhythm == "months" or when.get("every") in TAKES_BY):
        yield fault(f"{path}.by", N_("by 只配 months，或 every: month、quarter、term、year，请删去"))
    if "by" in when and "-" not in str(when["by"]) and when.get("every") in ("term", "year"):
        yield fault(f"{path}.by", N_('学期和学年的截止日写成 "月-日"，例如 by: "06-20"'))
    if "lead_days" in when and rhythm in ("every", "months", "window", "always"):
        yield fault(f"{path}.lead_days", N_("这种节奏从开始那天就出现任务，lead_days 请删去"))


def _evaluation(evaluation: Mapping[str, Any]) -> Iterator[Problem]:
    if not evaluation:
        return
    total = sum(item["weight"] for item in evaluation["items"])
    if total <= 0:
        yield fault("evaluation.items", N_("各项分值加起来是 0，请至少给一项分值"))
    elif total != 100:
        yield hint("evaluation.items", N_("各项分值加起来是 %(total)g，通常是 100"), total=total)
    marks = [grade["from"] for grade in evaluation["grades"]]
    if marks != sorted(set(marks), reverse=True):
        yield fault("evaluation.grades", N_("等次从高分到低分排列，from 不重复"))
    elif marks[-1] != 0:
        yield hint("evaluation.grades", N_("最低一档建议 from: 0，否则低分没有等次"))
