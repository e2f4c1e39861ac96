from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SignalsConfig(AppConfig):
    name = "xinqiao.signals"
    label = "signals"

    def ready(self) -> None:
        from xinqiao.access.enums import Action
        from xinqiao.indicators.registry import register as register_figures
        from xinqiao.signals import components
        from xinqiao.signals.indicators import INDICATORS
        from xinqiao.ui.nav import NavItem, register
        from xinqiao.ui.slots import fill

        care, say = _("关怀"), _("上报")
        for item in (
            NavItem(
                Action.TRIAGE, _("分诊"), "signals:queue", icon="bell", order=10, badge=components.raised, group=care
            ),
            NavItem(
                Action.SECOND_LEVEL,
                _("降级复核"),
                "signals:seconds",
                icon="users",
                order=25,
                badge=components.seconds,
                group=care,
            ),
            NavItem(Action.OBSERVE, _("记录观察"), "signals:observe", icon="eye", order=60, group=say),
            NavItem(Action.QUICK_REPORT, _("快速上报"), "signals:quick", icon="bolt", order=61, group=say),
            NavItem(Action.QUICK_REPORT, _("我的上报"), "signals:mine", icon="send", order=62, group=say),
            NavItem(Action.PEER_REPORT, _("关心同学"), "signals:peer", icon="heart-handshake", order=63),
        ):
            register(item)
        fill("home", components.home, order=10)
        fill("file", components.file, order=20)
        register_figures(INDICATORS)
