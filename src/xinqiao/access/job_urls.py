from django.urls import path

from xinqiao.access.views import jobs

app_name = "jobs"
urlpatterns = [path("<int:job_id>/", jobs.show, name="show")]
