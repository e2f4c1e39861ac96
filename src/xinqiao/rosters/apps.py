from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RostersConfig(AppConfig):
    name = "xinqiao.rosters"
    label = "rosters"

    def ready(self) -> None:
        from xinqiao.access.enums import Action
        from xinqiao.rosters import components
        from xinqiao.ui import nav, slots

        nav.register(
            nav.NavItem(
                action=Action.ROSTER_IMPORT,
                label=_("名册导入"),
                url_name="rosters:index",
                icon="table-import",
                order=86,
                group=_("组织与人员"),
            )
        )
        slots.fill("home", components.home, order=70)
