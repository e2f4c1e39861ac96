from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    name = "xinqiao.registry"
    label = "registry"

    def ready(self) -> None:
        from xinqiao.access.enums import Action
        from xinqiao.audit import words
        from xinqiao.indicators.registry import register as register_figures
        from xinqiao.registry import components
        from xinqiao.registry.indicators import INDICATORS
        from xinqiao.registry.words import WORDS
        from xinqiao.ui import nav, slots

        words.register(WORDS)
        slots.fill("home", components.waiting, order=70)
        group = _("组织与人员")
        for item in (
            nav.NavItem(Action.SEE_PEOPLE, _("班级与学生"), "registry:index", icon="sitemap", order=86, group=group),
            nav.NavItem(
                Action.MANAGE_POSTS, _("教职工与岗位"), "registry:staff", icon="user-cog", order=86, group=group
            ),
            nav.NavItem(Action.MANAGE_DUTY, _("值班"), "registry:duty", icon="calendar-user", order=87, group=group),
            nav.NavItem(
                Action.MANAGE_PEOPLE, _("升级与调动"), "registry:operations", icon="stairs-up", order=87, group=group
            ),
            nav.NavItem(
                Action.MANAGE_CALENDAR, _("校历"), "registry:calendars", icon="calendar", order=88, group=group
            ),
            nav.NavItem(
                Action.MANAGE_PEOPLE, _("学校设置"), "registry:settings", icon="settings", order=88, group=group
            ),
        ):
            nav.register(item)
        register_figures(INDICATORS)
