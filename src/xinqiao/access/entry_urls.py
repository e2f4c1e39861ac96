from django.urls import path

from xinqiao.access.views import entry

app_name = "entry"
urlpatterns = [
    path("student/", entry.student, name="student"),
    path("guardian/", entry.guardian, name="guardian"),
    path("guardian/password/", entry.guardian_password, name="guardian_password"),
    path("guardian/bound/", entry.guardian_bound, name="guardian_bound"),
    path("page/", entry.outside_page, name="outside_page"),
    path("left/", entry.left, name="left"),
    path("outside/<str:token>/", entry.outside_door, name="outside"),
]
