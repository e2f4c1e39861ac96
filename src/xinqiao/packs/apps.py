from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "xinqiao.packs"
    label = "packs"
