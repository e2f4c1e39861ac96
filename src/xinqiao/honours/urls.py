from django.urls import path

from xinqiao.honours.views import applications, honours, rounds

app_name = "honours"
urlpatterns = [
    path("", rounds.index, name="index"),
    path("new/", rounds.new, name="new"),
    path("held/", honours.held, name="held"),
    path("held/ledger/", honours.ledger, name="ledger"),
    path("held/<int:honour_id>/certificate/", honours.certificate, name="certificate"),
    path("held/<int:honour_id>/revoke/", honours.revoke, name="revoke"),
    path("rounds/<int:round_id>/", rounds.show, name="round"),
    path("rounds/<int:round_id>/edit/", rounds.edit, name="edit"),
    path("rounds/<int:round_id>/choose/", rounds.choose, name="choose"),
    path("rounds/<int:round_id>/cancel/", rounds.cancel, name="cancel"),
    path("rounds/<int:round_id>/move/<slug:move>/", rounds.move, name="move"),
    path("rounds/<int:round_id>/apply/", applications.begin, name="apply"),
    path("applications/<int:application_id>/", applications.show, name="application"),
    path("applications/<int:application_id>/edit/", applications.edit, name="application_edit"),
    path("applications/<int:application_id>/withdraw/", applications.withdraw, name="withdraw"),
    path("applications/<int:application_id>/object/", applications.object_to, name="object"),
    path("files/<int:file_id>/", applications.file, name="file"),
    path("files/<int:file_id>/drop/", applications.file_drop, name="file_drop"),
    path("objections/<int:objection_id>/", applications.answer, name="answer"),
]
