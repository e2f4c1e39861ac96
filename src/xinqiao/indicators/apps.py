from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "xinqiao.indicators"
    label = "indicators"

    def ready(self) -> None:
        from xinqiao.indicators import registry, reported

        registry.register(reported.INDICATORS)
