from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TeamsConfig(AppConfig):
    name = "xinqiao.teams"
    label = "teams"

    def ready(self) -> None:
        from xinqiao.access.enums import Action
        from xinqiao.audit import words
        from xinqiao.indicators import registry
        from xinqiao.teams import components
        from xinqiao.teams.indicators import INDICATORS
        from xinqiao.teams.words import WORDS
        from xinqiao.ui import nav, slots

        words.register(WORDS)
        registry.register(INDICATORS)
        nav.register(
            nav.NavItem(Action.SEE_PLANS, _("队伍与会议"), "teams:index", "users-group", 74, group=_("保障与评价"))
        )
        slots.fill("home", components.home, order=60)
