from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScreeningConfig(AppConfig):
    name = "xinqiao.screening"
    label = "screening"

    def ready(self) -> None:
        from xinqiao.access.enums import Action
        from xinqiao.indicators.registry import register as register_figures
        from xinqiao.screening import home
        from xinqiao.screening.indicators import INDICATORS
        from xinqiao.ui import nav, slots

        label, icon, group = _("测评"), "clipboard-list", _("关怀")
        nav.register(nav.NavItem(Action.SEE_PROGRESS, label, "screening:index", icon, order=40, group=group))
        nav.register(
            nav.NavItem(
                action=Action.APPROVE_SCREENING,
                label=_("测评审批"),
                url_name="screening:approvals",
                icon="checkup-list",
                order=41,
                badge=home.approvals_waiting,
                group=group,
            )
        )
        slots.fill("home", home.items, order=40)
        register_figures(INDICATORS)
