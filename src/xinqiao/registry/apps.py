from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "xinqiao.registry"
    label = "registry"
