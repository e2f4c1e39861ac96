from django.apps import AppConfig


class RostersConfig(AppConfig):
    name = "xinqiao.rosters"
    label = "rosters"
