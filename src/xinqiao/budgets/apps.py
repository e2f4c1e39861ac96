from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "xinqiao.budgets"
    label = "budgets"
