from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "xinqiao.accounts"
    label = "accounts"
