from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RostersConfig(AppConfig):
    name = "xinqiao.rosters"
    label = "rosters"

    def ready(self) -> None:
        from xinqiao.access.enums import Action
        from xinqiao.ui import nav

        nav.register(
            nav.NavItem(
                action=Action.ROSTER_IMPORT,
                label=_("名册导入"),
                url_name="rosters:index",
                icon="table-import",
                order=70,
            )
        )
