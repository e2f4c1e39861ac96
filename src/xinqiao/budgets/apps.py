from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BudgetsConfig(AppConfig):
    name = "xinqiao.budgets"
    label = "budgets"

    def ready(self) -> None:
        from xinqiao.access.enums import Action
        from xinqiao.audit import words
        from xinqiao.budgets.indicators import INDICATORS
        from xinqiao.budgets.words import WORDS
        from xinqiao.indicators import registry
        from xinqiao.ui import nav

        words.register(WORDS)
        registry.register(INDICATORS)
        nav.register(nav.NavItem(Action.SEE_PLANS, _("经费"), "budgets:index", "coin-yuan", 78, group=_("保障与评价")))
