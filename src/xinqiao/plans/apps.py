from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "xinqiao.plans"
    label = "plans"
