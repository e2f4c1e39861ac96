from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "xinqiao.documents"
    label = "documents"
