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
        nav.register(nav.NavItem(Action.DO_TASKS, _("我的任务"), "plans:mine", "checklist", 70, group=group))
        nav.register(nav.NavItem(Action.SEE_PLANS, _("待审核"), "plans:review", "clipboard-check", 71, group=group))
        nav.register(nav.NavItem(Action.RUN_PLANS, _("催办"), "plans:remind", "bell", 72, group=group))
        nav.register(nav.NavItem(Action.SEE_PLANS, _("方案"), "plans:index", "map-2", 73, group=group))
        slots.fill("home", components.home, order=30)
        slots.fill("teams.decision", decisions.beside_decision)
