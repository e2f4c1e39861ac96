from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "xinqiao.plans"
    label = "plans"

    def ready(self) -> None:
        from xinqiao.packs import vocabulary
        from xinqiao.plans import codes

        vocabulary.learn(codes.figures)
