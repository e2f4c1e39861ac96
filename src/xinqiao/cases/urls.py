from django.urls import path

from xinqiao.cases.views import case, duties, file

app_name = "cases"
urlpatterns = [
    path("duties/", duties.duties, name="duties"),
    path("duties/<int:pk>/", duties.duty, name="duty"),
    path("tasks/", duties.tasks, name="tasks"),
    path("tasks/<int:pk>/", duties.task, name="task"),
    path("students/", file.students, name="students"),
    path("students/<int:person_id>/", file.file, name="file"),
    path("students/<int:person_id>/open/", case.open_case, name="open"),
    path("", case.cases, name="cases"),
    path("closings/", case.closings, name="closings"),
    path("<int:pk>/", case.case, name="case"),
    path("<int:pk>/plan/", case.plan, name="plan"),
    path("<int:pk>/tasks/add/", case.add_task, name="add_task"),
    path("<int:pk>/contacts/add/", case.add_contact, name="add_contact"),
    path("<int:pk>/follow-ups/add/", case.add_follow_up, name="add_follow_up"),
    path("<int:pk>/follow-ups/<int:follow_up_id>/", case.follow_up, name="follow_up"),
    path("<int:pk>/next-date/", case.next_date, name="next_date"),
    path("<int:pk>/hand-over/", case.hand_over, name="hand_over"),
    path("<int:pk>/closing/", case.ask_closing, name="ask_closing"),
    path("<int:pk>/closing/decide/", case.decide_closing, name="decide_closing"),
    path("<int:pk>/reopen/", case.reopen, name="reopen"),
]
