from django.urls import path

from xinqiao.insight import views

app_name = "insight"
urlpatterns = [
    path("", views.home, name="home"),
    path("numbers/", views.show_numbers, name="numbers"),
    path("numbers/<int:pk>/", views.show_numbers, name="numbers_of"),
    path("numbers/<int:pk>/report.pdf", views.download_report, name="report"),
    path("numbers/<int:pk>/table.xlsx", views.download_table, name="table"),
    path("numbers/campaigns/<int:pk>/report.pdf", views.download_census, name="census"),
    path("ledger/", views.show_ledger, name="ledger"),
    path("ledger/download/", views.download_ledger, name="ledger_download"),
]
