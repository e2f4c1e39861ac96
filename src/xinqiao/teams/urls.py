from django.urls import path

from xinqiao.teams.views import meetings, papers, seats, teams

app_name = "teams"
urlpatterns = [
    path("", teams.index, name="index"),
    path("picture/", papers.picture, name="picture"),
    path("contacts/", papers.contacts, name="contacts"),
    path("contacts/export/", papers.contacts_export, name="contacts_export"),
    path("meetings/", meetings.ledger, name="meetings"),
    path("meetings/export/", papers.ledger_export, name="meetings_export"),
    path("add/", teams.team_add, name="team_add"),
    path("<int:team_id>/", teams.team, name="team"),
    path("<int:team_id>/edit/", teams.team_edit, name="team_edit"),
    path("<int:team_id>/close/", teams.team_close, name="team_close"),
    path("<int:team_id>/positions/add/", teams.position_add, name="position_add"),
    path("<int:team_id>/meetings/add/", meetings.meeting_add, name="meeting_add"),
    path("positions/<int:position_id>/edit/", teams.position_edit, name="position_edit"),
    path("positions/<int:position_id>/drop/", teams.position_drop, name="position_drop"),
    path("positions/<int:position_id>/seat/", seats.seat, name="seat"),
    path("seats/<int:seat_id>/end/", seats.unseat, name="unseat"),
    path("seats/<int:seat_id>/letter/", seats.letter, name="letter"),
    path("meetings/<int:meeting_id>/", meetings.meeting, name="meeting"),
    path("meetings/<int:meeting_id>/edit/", meetings.meeting_edit, name="meeting_edit"),
    path("meetings/<int:meeting_id>/hold/", meetings.hold, name="hold"),
    path("meetings/<int:meeting_id>/call-off/", meetings.call_off, name="call_off"),
    path("meetings/<int:meeting_id>/minutes/", meetings.minutes, name="minutes"),
    path("meetings/<int:meeting_id>/file/", meetings.file, name="minutes_file"),
    path("meetings/<int:meeting_id>/paper/", papers.minutes, name="minutes_paper"),
    path("meetings/<int:meeting_id>/decide/", meetings.decide, name="decide"),
    path("decisions/<int:decision_id>/settle/", meetings.settle, name="settle"),
    path("decisions/<int:decision_id>/drop/", meetings.drop, name="decision_drop"),
]
