from django.urls import path

from xinqiao.budgets import views

app_name = "budgets"
urlpatterns = [
    path("", views.index, name="index"),
    path("export/", views.export, name="export"),
    path("add/", views.line_add, name="line_add"),
    path("<int:line_id>/", views.line, name="line"),
    path("<int:line_id>/edit/", views.line_edit, name="line_edit"),
    path("payments/<int:spending_id>/strike/", views.strike, name="strike"),
    path("payments/<int:spending_id>/voucher/", views.voucher, name="voucher"),
]
