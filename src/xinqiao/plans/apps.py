from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    name = "xinqiao.plans"
    label = "plans"

    def ready(self) -> None:
        from xinqiao.access.enums import Action
        from xinqiao.audit import words
        from xinqiao.indicators import asked, registry
        from xinqiao.packs import vocabulary
        from xinqiao.plans import codes, components, decisions, figures
        from xinqiao.plans.indicators import INDICATORS
        from xinqiao.plans.words import WORDS
        from xinqiao.ui import nav, slots

        words.register(WORDS)
        registry.register(INDICATORS)
        asked.register(figures.asked_of)
        vocabulary.learn(codes.figures)
        group = _("方案")
        for item in (
            nav.NavItem(Action.DO_TASKS, _("我的任务"), "plans:mine", icon="checklist", order=70, group=group),
            nav.NavItem(Action.SEE_PLANS, _("方案"), "plans:index", icon="map-2", order=71, group=group),
            nav.NavItem(Action.SEE_PLANS, _("待审核"), "plans:review", icon="eye-check", order=72, group=group),
            nav.NavItem(Action.RUN_PLANS, _("催办"), "plans:remind", icon="bell", order=73, group=group),
        ):
            nav.register(item)
        slots.fill("home", components.home, order=30)
        slots.fill("packs.edition.actions", components.start_here)
        slots.fill("teams.decision", decisions.beside_decision)
