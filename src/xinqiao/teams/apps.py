from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "xinqiao.teams"
    label = "teams"

    def ready(self) -> None:
        from xinqiao.audit import words
        from xinqiao.teams.words import WORDS

        words.register(WORDS)
