from django.urls import path

from xinqiao.cases.views import acts, case, duties, file, sharing, tasks

app_name = "cases"
urlpatterns = [
    path("duties/", duties.duties, name="duties"),
    path("duties/<int:pk>/", duties.duty, name="duty"),
    path("duties/<int:pk>/pass/", duties.duty_pass, name="duty_pass"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("tasks/<int:pk>/pass/", tasks.task_pass, name="task_pass"),
    path("tasks/<int:pk>/lift/", tasks.task_lift, name="task_lift"),
    path("students/", file.find, name="students"),
    path("students/<int:person_id>/", file.file, name="file"),
    path("students/<int:person_id>/open/", acts.open_case, name="open"),
    path("", case.cases, name="cases"),
    path("closings/", case.closings, name="closings"),
    path("<int:pk>/", case.case, name="case"),
    path("<int:pk>/plan/", acts.plan, name="plan"),
    path("<int:pk>/plan/<int:version>/", case.old_plan, name="old_plan"),
    path("<int:pk>/plan/pdf/", case.plan_pdf, name="plan_pdf"),
    path("<int:pk>/tasks/add/", acts.add_task, name="add_task"),
    path("<int:pk>/contacts/add/", acts.add_contact, name="add_contact"),
    path("<int:pk>/follow-ups/add/", acts.add_follow_up, name="add_follow_up"),
    path("<int:pk>/follow-ups/<int:follow_up_id>/", acts.follow_up, name="follow_up"),
    path("<int:pk>/follow-ups/<int:follow_up_id>/lift/", acts.lift_follow_up, name="lift_follow_up"),
    path("<int:pk>/next-date/", acts.next_date, name="next_date"),
    path("<int:pk>/hand-over/", acts.hand_over, name="hand_over"),
    path("<int:pk>/closing/", acts.ask_closing, name="ask_closing"),
    path("<int:pk>/closing/decide/", acts.decide_closing, name="decide_closing"),
    path("<int:pk>/reopen/", acts.reopen, name="reopen"),
    path("<int:pk>/share/", sharing.share, name="share"),
    path("<int:pk>/share/<int:summary_id>/revoke/", sharing.revoke, name="revoke"),
]
