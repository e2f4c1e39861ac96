from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HonoursConfig(AppConfig):
    name = "xinqiao.honours"
    label = "honours"

    def ready(self) -> None:
        from xinqiao.access.enums import Action
        from xinqiao.audit import words
        from xinqiao.honours.indicators import INDICATORS
        from xinqiao.honours.words import WORDS
        from xinqiao.indicators import registry
        from xinqiao.ui import nav

        words.register(WORDS)
        registry.register(INDICATORS)
        nav.register(nav.NavItem(Action.SEE_PLANS, _("评选"), "honours:index", "award", 86, group=_("保障与评价")))
