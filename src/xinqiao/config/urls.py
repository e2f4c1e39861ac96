"""Every door of the house, room by room."""

from django.urls import include, path

handler400 = "xinqiao.ui.errors.bad_request"
handler403 = "xinqiao.ui.errors.permission_denied"
handler404 = "xinqiao.ui.errors.page_not_found"
handler500 = "xinqiao.ui.errors.server_error"

urlpatterns = [
    path("accounts/", include("xinqiao.accounts.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("enter/", include("xinqiao.access.entry_urls")),
    path("access/", include("xinqiao.access.urls")),
    path("jobs/", include("xinqiao.access.job_urls")),
    path("registry/", include("xinqiao.registry.urls")),
    path("rosters/", include("xinqiao.rosters.urls")),
    path("screening/", include("xinqiao.screening.urls")),
    path("signals/", include("xinqiao.signals.urls")),
    path("cases/", include("xinqiao.cases.urls")),
    path("packs/", include("xinqiao.packs.urls")),
    path("indicators/", include("xinqiao.indicators.urls")),
    path("teams/", include("xinqiao.teams.urls")),
    path("directory/", include("xinqiao.directory.urls")),
    path("budgets/", include("xinqiao.budgets.urls")),
    path("plans/", include("xinqiao.plans.urls")),
    path("inspections/", include("xinqiao.inspections.urls")),
    path("honours/", include("xinqiao.honours.urls")),
    path("", include("xinqiao.insight.urls")),
]
