from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "xinqiao.directory"
    label = "directory"

    def ready(self) -> None:
        from xinqiao.access.enums import Action
        from xinqiao.audit import words
        from xinqiao.directory import components
        from xinqiao.directory.indicators import INDICATORS
        from xinqiao.directory.words import WORDS
        from xinqiao.indicators import registry
        from xinqiao.ui import nav, slots

        words.register(WORDS)
        registry.register(INDICATORS)
        slots.fill("home", components.home, order=60)
        nav.register(
            nav.NavItem(
                Action.SEE_PLANS, _("服务与协议"), "directory:index", "building-community", 76, group=_("保障与评价")
            )
        )
