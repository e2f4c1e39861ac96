"""The closed lists a pack may choose from. Plain copies of lists other rooms own; tests keep them the same."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802  marks a text for the catalogue; who shows it translates
    return text


ORGANISATION_KINDS = (
    "bureau", "school", "grade", "class", "department", "street", "community", "hospital", "court", "station",
    "hotline", "other",
)  # fmt: skip
SCHOOL_POSTS = (
    "psych_teacher", "moral_head", "school_leader", "class_teacher", "grade_head", "school_admin", "subject_teacher",
)  # fmt: skip
BUREAU_POSTS = ("bureau_officer", "bureau_expert", "bureau_leader")
UNIT_POSTS = ("unit_leader", "unit_officer")
POSTS = (*SCHOOL_POSTS, *BUREAU_POSTS, *UNIT_POSTS)
SERVICE_KINDS = (
    "room", "hotline", "letterbox", "booking", "clinic", "group", "station", "site", "online", "contact", "studio",
)  # fmt: skip
PERIODS = ("school_year", "calendar_year", "dates", "open")
CLAUSE_KINDS = ("do", "keep", "rule", "due", "aim")
EVERY = ("day", "workday", "week", "fortnight", "month", "quarter", "term", "year")
EVENTS = ("term-start", "term-end", "year-start", "year-end", "exam")

SECTION_NAMES = {
    "clauses": N_("条款"),
    "goals": N_("目标"),
    "populations": N_("人群"),
    "units": N_("参与单位"),
    "teams": N_("队伍"),
    "services": N_("服务"),
    "protocols": N_("流程"),
    "measures": N_("工作措施"),
    "rules": N_("规则"),
    "records": N_("工作记录"),
    "indicators": N_("指标"),
    "budget": N_("经费"),
    "evaluation": N_("评价"),
    "calendar": N_("日程"),
    "": N_("方案本身"),
}
"""What each part of a pack is called on paper and on the page."""


def posts_at(kind: str) -> tuple[str, ...]:
    """Posts that exist at an organisation of a kind."""
    if kind in ("school", "grade", "class"):
        return SCHOOL_POSTS
    return BUREAU_POSTS if kind == "bureau" else UNIT_POSTS
