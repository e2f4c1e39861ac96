from django.apps import AppConfig


class SignalsConfig(AppConfig):
    name = "xinqiao.signals"
    label = "signals"
