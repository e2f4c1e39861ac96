from django.urls import path

from xinqiao.directory import views

app_name = "directory"
urlpatterns = [
    path("", views.index, name="index"),
    path("poster/", views.poster, name="poster"),
    path("public/<int:organisation_id>/", views.public, name="public"),
    path("services/add/", views.service_add, name="service_add"),
    path("services/<int:service_id>/", views.service, name="service"),
    path("services/<int:service_id>/edit/", views.service_edit, name="service_edit"),
    path("services/<int:service_id>/photos/", views.photo_add, name="photo_add"),
    path("services/<int:service_id>/<slug:move>/", views.service_move, name="service_move"),
    path("photos/<int:photo_id>/", views.photo, name="photo"),
    path("photos/<int:photo_id>/remove/", views.photo_remove, name="photo_remove"),
    path("agreements/add/", views.agreement_add, name="agreement_add"),
    path("agreements/<int:agreement_id>/", views.agreement_edit, name="agreement_edit"),
    path("agreements/<int:agreement_id>/file/", views.agreement_file, name="agreement_file"),
]
