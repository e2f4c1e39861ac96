"""What a schema cannot say: that the parts of a definition fit together. Each check yields the problems it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from xinqiao.instruments.definition import Definition, Score
from xinqiao.instruments.errors import Problem

# Words that label a child or sound like a doctor; they may not reach a student or a guardian.
HARD_WORDS_ZH = (
    "异常",
    "阳性",
    "问题学生",
    "高危",
    "患有",
    "患者",
    "病人",
    "诊断",
    "治疗",
    "抑郁症",
    "焦虑症",
    "障碍",
    "精神病",
    "偏执",
    "系统判定",
    "强制",
    "必须参加",
    "自杀",
    "排名",
)
HARD_WORDS_EN = (
    r"abnormal",
    r"diagnos\w*",
    r"disorders?",
    r"patients?",
    r"treatment",
    r"illness\w*",
    r"positive (?:case|result|screen)\w*",
    r"high[- ]risk",
    r"suicid\w*",
    r"psychotic",
    r"paranoi\w*",
)
_EITHER = [*map(re.escape, HARD_WORDS_ZH), *(rf"\b{word}\b" for word in HARD_WORDS_EN)]
_HARD = re.compile("|".join(_EITHER), re.IGNORECASE)


def problems(definition: Definition) -> list[Problem]:
    """Every inconsistency, in the order of the file."""
    return [problem for check in CHECKS for problem in check(definition)]


def check_items(definition: Definition) -> Iterator[Problem]:
    languages = list(definition.document["languages"])
    if "zh" not in languages:
        yield Problem("languages", "必须有 zh（中文）", "zh is required")
    for item in definition.items:
        path = f"items.{item.id}"
        codes = [option.code for option in item.options]
        if len(set(codes)) < len(codes):
            yield Problem(f"{path}.options", "选项代码重复", "option codes are not unique")
        if definition.wording == "none":
            if item.text:
                yield Problem(f"{path}.text", "wording 是 none，不能带题目文字", "a key without wording holds no text")
        else:
            lacking = [lang for lang in languages if not item.text.get(lang)]
            if lacking:
                yield Problem(f"{path}.text", f"缺少文字：{'、'.join(lacking)}", f"no text for {', '.join(lacking)}")
        for lang in languages:
            if any(not option.text.get(lang) for option in item.options):
                yield Problem(f"{path}.options", f"有选项缺少文字：{lang}", f"an option has no text for {lang}")
        if item.safety and not item.sensitive:
            yield Problem(path, "安全题必须同时标 sensitive: true", "a safety item must be marked sensitive")
        if item.safety and item.min_age is None and definition.population["respondent"] == "self":
            yield Problem(path, "学生自己作答的安全题必须写 min_age", "a self-answered safety item needs min_age")


def check_branching(definition: Definition) -> Iterator[Problem]:
    seen: set[str] = set()
    for item in definition.items:
        for name in sorted(item.show_if.items() if item.show_if else ()):
            if name not in seen:
                yield Problem(
                    f"items.{item.id}.show_if",
                    f"跳转条件只能看前面的题，“{name}”不在前面",
                    f"a condition may look at earlier items only; {name} is not earlier",
                )
        seen.add(item.id)


def check_operations(definition: Definition) -> Iterator[Problem]:
    needs: dict[str, tuple[str, ...]] = {
        "sum": ("items",),
        "mean": ("items",),
        "max": ("items",),
        "count_if": ("items", "count"),
        "weighted": ("items", "weights"),
        "lookup": ("of", "table"),
        "composite": ("of",),
    }
    for number, entry in enumerate(definition.document["scores"]):
        path, score = f"scores[{number}]", definition.scores[number]
        absent = [key for key in needs[score.operation] if key not in entry]
        if absent:
            yield Problem(path, f"{score.operation} 缺少：{'、'.join(absent)}", f"{score.operation} needs {absent}")
        if score.is_base:
            yield from _check_missing(score, path, "missing" in entry)
        elif score.operation == "lookup":
            yield from _check_lookup(definition, score, path)
        if score.operation != "weighted" and "weights" in entry:
            yield Problem(f"{path}.weights", "只有 weighted 才写 weights", "weights belong to weighted only")
        if set(score.weights) - set(score.items):
            yield Problem(f"{path}.weights", "给不在 items 里的题写了权重", "a weight for an item that is not scored")


def _check_missing(score: Score, path: str, written: bool) -> Iterator[Problem]:
    if not written:
        yield Problem(f"{path}.missing", "必须写明漏答规则 missing", "the rule for missing answers must be written")
    if score.missing.max and score.missing.prorate == "none":
        yield Problem(
            f"{path}.missing",
            "允许漏答就要写 prorate: person_mean，否则空题会被当作 0 分",
            "allowing gaps without prorating would count a blank as zero",
        )
    if score.missing.not_shown == "prorate" and score.missing.prorate == "none":
        yield Problem(f"{path}.missing", "not_shown: prorate 要同时写 prorate: person_mean", "it needs person_mean too")
    if score.operation in ("max", "count_if") and score.missing.prorate != "none":
        yield Problem(
            f"{path}.missing", f"{score.operation} 不能补分，max 应为 0", "max and count_if cannot be prorated"
        )
    if score.missing.max >= len(score.items):
        yield Problem(f"{path}.missing.max", "至少要答一题才能计分", "at least one item must be answered")


def _check_lookup(definition: Definition, score: Score, path: str) -> Iterator[Problem]:
    if len(score.of) != 1:
        yield Problem(f"{path}.of", "lookup 只能换算一个分数", "a lookup converts exactly one score")
        return
    source = definition.score[next(iter(score.of))]
    raws = [raw for raw, _value in score.table]
    if raws != sorted(set(raws)):
        yield Problem(f"{path}.table", "换算表要按原始分从小到大，不能重复", "the table must rise without repeats")
    if source.decimals == 0:
        gaps = sorted(set(range(int(source.lowest), int(source.highest) + 1)) - set(raws))
        if gaps:
            yield Problem(f"{path}.table", f"换算表缺少原始分 {gaps[:5]}", f"the table has no row for {gaps[:5]}")


def check_bands(definition: Definition) -> Iterator[Problem]:
    for number, score in enumerate(definition.scores):
        path = f"scores[{number}].bands"
        on_t = score.band_on == "t"
        places = definition.norms[score.norm].decimals if on_t and score.norm in definition.norms else score.decimals
        step = 10.0**-places
        ids = [band.id for band in score.bands]
        if len(set(ids)) < len(ids):
            yield Problem(path, "分段编号重复", "band ids are not unique")
        for band, later in zip(score.bands, score.bands[1:], strict=False):
            if abs(band.high + step - later.low) > 1e-9:
                yield Problem(
                    path,
                    f"“{band.id}”到 {band.high:g}，“{later.id}”从 {later.low:g} 开始，中间有空隙或重叠",
                    "bands must follow each other without gap or overlap",
                )
        if score.bands and not on_t:
            if score.bands[0].low > score.lowest or score.bands[-1].high < score.highest:
                yield Problem(
                    path,
                    f"分段要盖住 {score.lowest:g}–{score.highest:g}",
                    f"bands must cover {score.lowest:g}–{score.highest:g}",
                )
        if any(not band.source for band in score.bands):
            yield Problem(path, "每个分段要写出处 source（或在分数上写 band_source）", "every band needs a source")


def check_norms(definition: Definition) -> Iterator[Problem]:
    for number, score in enumerate(definition.scores):
        if score.norm and score.norm not in definition.norms:
            yield Problem(f"scores[{number}].norm", f"没有常模“{score.norm}”", f"there is no norm {score.norm}")
        if score.band_on == "t" and not score.norm:
            yield Problem(f"scores[{number}].band_on", "按 T 分分段要先写 norm", "bands on T need a norm")
    for number, entry in enumerate(definition.document.get("norms", [])):
        for at, row in enumerate(entry["rows"]):
            path = f"norms[{number}].rows[{at}]"
            if entry["kind"] == "mean_sd" and not {"mean", "sd"} <= row.keys():
                yield Problem(path, "缺少 mean 或 sd", "needs mean and sd")
            if entry["kind"] == "table":
                values = [value for _raw, value in row.get("table", [])]
                raws = [raw for raw, _value in row.get("table", [])]
                if not raws or raws != sorted(set(raws)) or values not in (sorted(values), sorted(values)[::-1]):
                    yield Problem(f"{path}.table", "换算表要有内容、按顺序、只升或只降", "the table must be monotone")


def check_alerts(definition: Definition) -> Iterator[Problem]:
    ids = [alert.id for alert in definition.alerts]
    if len(set(ids)) < len(ids):
        yield Problem("alerts", "提醒编号重复", "alert ids are not unique")
    for number, alert in enumerate(definition.alerts):
        path = f"alerts[{number}]"
        if alert.item and alert.item not in definition.item:
            yield Problem(path, f"没有题目“{alert.item}”", f"there is no item {alert.item}")
        elif alert.item and not any(alert.hit(option.value) for option in definition.item[alert.item].options):
            yield Problem(path, "没有任何选项会触发这条提醒", "no option can raise this alert")
        if alert.score and alert.score not in definition.score:
            yield Problem(path, f"没有分数“{alert.score}”", f"there is no score {alert.score}")
    urgent = {alert.item for alert in definition.alerts if alert.item and alert.urgency == "immediate"}
    for item in definition.items:
        if item.safety != (item.id in urgent):
            yield Problem(
                f"items.{item.id}",
                "安全题（safety）与 urgency: immediate 的提醒必须一一对应",
                "safety items and immediate alerts must match",
            )


def check_validity(definition: Definition) -> Iterator[Problem]:
    validity = definition.validity
    if validity.lie_score and validity.lie_score not in definition.score:
        yield Problem("validity.lie.score", f"没有分数“{validity.lie_score}”", "there is no such score")
    for first, second, _apart in validity.pairs:
        for name in (first, second):
            if name not in definition.item:
                yield Problem("validity.pairs", f"没有题目“{name}”", f"there is no item {name}")


def check_reports(definition: Definition) -> Iterator[Problem]:
    used = {band.severity for score in definition.scores if score.role == "content" for band in score.bands}
    for severity in sorted(used | {0}):
        fitting = [report for report in definition.reports if report.low <= severity <= report.high]
        if len(fitting) != 1:
            yield Problem(
                "reports", f"严重度 {severity} 应正好有一段文字", f"severity {severity} needs exactly one text"
            )
    for key in ("title_student", "instructions"):
        for lang, words in definition.document[key].items():
            if _HARD.search(words):
                yield Problem(
                    f"{key}.{lang}", "学生看到的文字里有标签或医疗用语", "a label or medical word for students"
                )
    for number, report in enumerate(definition.reports):
        for audience in ("student", "guardian"):
            for lang, words in report.texts[audience].items():
                found = _HARD.search(words)
                if found:
                    yield Problem(
                        f"reports[{number}].{audience}.{lang}",
                        f"写给学生和家长的话里不能有“{found.group()}”",
                        "labels and medical words may not reach students or guardians",
                    )


CHECKS: tuple[Callable[[Definition], Iterator[Problem]], ...] = (
    check_items,
    check_branching,
    check_operations,
    check_bands,
    check_norms,
    check_alerts,
    check_validity,
    check_reports,
)
