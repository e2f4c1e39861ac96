"""Doors of the roster import."""

from django.urls import path

from xinqiao.rosters import views

app_name = "rosters"
urlpatterns = [
    path("", views.index, name="index"),
    path("upload/", views.upload, name="upload"),
    path("template.xlsx", views.template, name="template"),
    path("export/<int:school_id>/", views.export, name="export"),
    path("<int:pk>/", views.show, name="show"),
    path("<int:pk>/columns/", views.columns, name="columns"),
    path("<int:pk>/sheet/", views.sheet, name="sheet"),
    path("<int:pk>/progress/", views.progress, name="progress"),
    path("<int:pk>/decide/", views.decide, name="decide"),
    path("<int:pk>/decide-all/", views.decide_all, name="decide_all"),
    path("<int:pk>/apply/", views.apply, name="apply"),
    path("<int:pk>/undo/", views.undo, name="undo"),
    path("<int:pk>/discard/", views.discard, name="discard"),
    path("<int:pk>/faulty/", views.faulty, name="faulty"),
]
