from django.urls import path

from xinqiao.signals.views import interview, queue, reports, signal, students

app_name = "signals"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("rows/", queue.rows, name="rows"),
    path("export/", queue.export, name="export"),
    path("<int:pk>/", signal.show, name="show"),
    path("<int:pk>/grounds/", signal.grounds, name="grounds"),
    path("<int:pk>/take-up/", signal.take_up, name="take_up"),
    path("<int:pk>/hand-over/", signal.hand_over, name="hand_over"),
    path("<int:pk>/merge/", signal.merge, name="merge"),
    path("<int:pk>/defer/", signal.defer, name="defer"),
    path("<int:pk>/close/", signal.close, name="close"),
    path("<int:pk>/interview/", interview.start, name="start_interview"),
    path("students/<int:person_id>/review/", interview.review, name="review"),
    path("interviews/<int:pk>/", interview.interview, name="interview"),
    path("interviews/<int:pk>/save/", interview.save, name="interview_save"),
    path("interviews/<int:pk>/complete/", interview.complete, name="interview_complete"),
    path("interviews/<int:pk>/decide/", interview.decide, name="decide"),
    path("seconds/", interview.seconds, name="seconds"),
    path("seconds/<int:pk>/", interview.second, name="second"),
    path("observe/", reports.observe, name="observe"),
    path("observe/<int:pk>/", reports.observe_about, name="observe_about"),
    path("quick/", reports.quick, name="quick"),
    path("quick/<int:pk>/", reports.quick_about, name="quick_about"),
    path("mine/", reports.mine, name="mine"),
    path("talk/", students.talk, name="talk"),
    path("peer/", students.peer, name="peer"),
    path("thanks/", students.thanks, name="thanks"),
]
