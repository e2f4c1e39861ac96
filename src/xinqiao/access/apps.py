from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "xinqiao.access"
    label = "access"
