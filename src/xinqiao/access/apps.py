from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "xinqiao.access"
    label = "access"

    def ready(self) -> None:
        from xinqiao.access import components
        from xinqiao.access.enums import Action
        from xinqiao.access.words import WORDS
        from xinqiao.audit import words
        from xinqiao.ui import nav, slots

        words.register(WORDS)
        slots.fill("shell.notice", components.glass_banner, order=10)
        slots.fill("shell.account", components.account_link, order=10)
        slots.fill("home", components.waiting, order=60)
        slots.fill("file", components.file_section, order=90)
        for item in (
            nav.NavItem(
                Action.MANAGE_CONSENT,
                _("知情同意"),
                "access:consents",
                icon="clipboard-check",
                order=89,
                group=_("组织与人员"),
            ),
            nav.NavItem(
                Action.BREAK_GLASS,
                _("紧急查阅"),
                "access:glass_find",
                icon="eye-exclamation",
                order=90,
                group=_("监督"),
            ),
            nav.NavItem(
                Action.REVIEW_GLASS, _("紧急查阅复核"), "access:glass_review", "eye-check", 91, group=_("监督")
            ),
            nav.NavItem(
                Action.SEE_TRAIL, _("查阅提醒"), "access:unusual", icon="shield-search", order=92, group=_("监督")
            ),
        ):
            nav.register(item)
