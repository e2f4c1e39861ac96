from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "xinqiao.audit"
    label = "audit"
