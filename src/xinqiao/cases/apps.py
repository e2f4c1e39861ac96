from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "xinqiao.cases"
    label = "cases"

    def ready(self) -> None:
        from xinqiao.access import outside
        from xinqiao.access.enums import Action
        from xinqiao.audit import words
        from xinqiao.cases import components
        from xinqiao.cases.indicators import INDICATORS
        from xinqiao.cases.services.sharing import ROOM
        from xinqiao.cases.views.sharing import outside_page
        from xinqiao.cases.words import WORDS
        from xinqiao.indicators.registry import register as register_figures
        from xinqiao.ui import nav, slots

        words.register(WORDS)
        outside.register(ROOM, outside_page)

        care = _("关怀")
        nav.register(nav.NavItem(Action.DO_DUTIES, _("关怀任务"), "cases:duties", "heart-handshake", 30, group=care))
        nav.register(nav.NavItem(Action.SECOND_CLOSING, _("个案管理"), "cases:cases", "folder-open", 40, group=care))
        nav.register(nav.NavItem(Action.SEE_FILE, _("学生"), "cases:students", "users", 50, group=care))
        slots.fill("home", components.home, order=20)
        slots.fill("file", components.results, order=30)
        slots.fill("post.end", components.held_by_post)
        slots.fill("signals.signal", components.care_around)
        register_figures(INDICATORS)
