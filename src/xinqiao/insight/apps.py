from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "xinqiao.insight"
    label = "insight"

    def ready(self) -> None:
        from xinqiao.access.enums import Action
        from xinqiao.audit import words
        from xinqiao.insight import components
        from xinqiao.insight.words import WORDS
        from xinqiao.ui import nav, slots

        words.register(WORDS)
        slots.fill("home", components.home, order=60)
        nav.register(
            nav.NavItem(
                action=Action.SEE_NUMBERS, label=_("统计"), url_name="insight:numbers", icon="chart-bar", order=80
            )
        )
        nav.register(
            nav.NavItem(
                action=Action.EXPORT_LEDGER, label=_("台账"), url_name="insight:ledger", icon="table-export", order=85
            )
        )
        group = _("方案")
        nav.register(
            nav.NavItem(Action.SEE_PLANS, _("大屏"), "insight:board", icon="presentation", order=89, group=group)
        )
        nav.register(
            nav.NavItem(Action.SEE_PLANS, _("工作台账"), "insight:ledgers", icon="table", order=82, group=group)
        )
        nav.register(
            nav.NavItem(Action.SEE_PLANS, _("小结"), "insight:summaries", icon="report", order=83, group=group)
        )
        nav.register(nav.NavItem(action=None, label=_("首页"), url_name="insight:home", icon="home", order=0))
