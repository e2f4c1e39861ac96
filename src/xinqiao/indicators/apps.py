from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    name = "xinqiao.indicators"
    label = "indicators"

    def ready(self) -> None:
        from xinqiao.access.enums import Action
        from xinqiao.audit import words
        from xinqiao.indicators import registry, reported
        from xinqiao.indicators.words import WORDS
        from xinqiao.ui import nav

        registry.register(reported.INDICATORS)
        words.register(WORDS)
        nav.register(
            nav.NavItem(Action.SEE_PLANS, _("指标"), "indicators:index", icon="chart-line", order=74, group=_("方案"))
        )
