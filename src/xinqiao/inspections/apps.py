from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "xinqiao.inspections"
    label = "inspections"
