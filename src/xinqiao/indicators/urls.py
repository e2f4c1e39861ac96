from django.urls import path

from xinqiao.indicators import views

app_name = "indicators"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.overview, name="of"),
    path("<int:pk>/table.xlsx", views.overview_table, name="table"),
    path("<int:pk>/refresh/", views.refresh, name="refresh"),
    path("<int:pk>/reports/", views.reports, name="reports"),
    path("<int:pk>/reports/<str:code>/", views.report, name="report"),
    path("<int:pk>/figures/<str:code>/", views.figure, name="figure"),
    path("<int:pk>/figures/<str:code>/table.xlsx", views.figure_table, name="figure_table"),
    path("proofs/<int:pk>/", views.proof, name="proof"),
]
