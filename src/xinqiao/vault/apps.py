from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "xinqiao.vault"
    label = "vault"
