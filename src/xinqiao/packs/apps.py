from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PacksConfig(AppConfig):
    name = "xinqiao.packs"
    label = "packs"

    def ready(self) -> None:
        from xinqiao.access.enums import Action
        from xinqiao.audit import words
        from xinqiao.packs.words import WORDS
        from xinqiao.ui import nav

        words.register(WORDS)
        nav.register(nav.NavItem(Action.SEE_PLANS, _("方案库"), "packs:index", icon="books", order=79, group=_("方案")))
