from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "xinqiao.teams"
    label = "teams"
