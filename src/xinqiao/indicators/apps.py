from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "xinqiao.indicators"
    label = "indicators"
