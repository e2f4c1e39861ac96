from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InspectionsConfig(AppConfig):
    name = "xinqiao.inspections"
    label = "inspections"

    def ready(self) -> None:
        from xinqiao.access import outside
        from xinqiao.access.enums import Action
        from xinqiao.audit import words
        from xinqiao.indicators import registry
        from xinqiao.inspections import components, policies
        from xinqiao.inspections.indicators import INDICATORS
        from xinqiao.inspections.standing import told
        from xinqiao.inspections.views.guests import outside_round, outside_sheet
        from xinqiao.inspections.words import WORDS
        from xinqiao.plans import standing
        from xinqiao.ui import nav, slots

        words.register(WORDS)
        registry.register(INDICATORS)
        outside.register(policies.SHEET_LINK, outside_sheet, Action.INSPECT)
        outside.register(policies.ROUND_LINK, outside_round, Action.INSPECT)
        standing.register("evaluation", told)
        slots.fill("home", components.home, order=45)
        nav.register(
            nav.NavItem(
                Action.SEE_PLANS, _("督导检查"), "inspections:index", "clipboard-check", 84, group=_("保障与评价")
            )
        )
