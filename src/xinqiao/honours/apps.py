from django.apps import AppConfig


class HonoursConfig(AppConfig):
    name = "xinqiao.honours"
    label = "honours"
