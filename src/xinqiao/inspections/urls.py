from django.urls import path

from xinqiao.inspections.views import annual, appeals, guests, onsite, papers, rounds, sheets

app_name = "inspections"
urlpatterns = [
    path("", rounds.index, name="index"),
    path("new/", rounds.new, name="new"),
    path("rounds/<int:round_id>/", rounds.show, name="round"),
    path("rounds/<int:round_id>/edit/", rounds.edit, name="edit"),
    path("rounds/<int:round_id>/units/", rounds.units, name="units"),
    path("rounds/<int:round_id>/cancel/", rounds.cancel, name="cancel"),
    path("rounds/<int:round_id>/move/<slug:move>/", rounds.move, name="move"),
    path("rounds/<int:round_id>/notice/", papers.notice, name="notice"),
    path("rounds/<int:round_id>/book/", papers.book, name="book"),
    path("rounds/<int:round_id>/guests/", guests.invite, name="guests"),
    path("rounds/<int:round_id>/guests/<int:link_id>/end/", guests.end, name="guest_end"),
    path("sheets/<int:sheet_id>/", sheets.show, name="sheet"),
    path("sheets/<int:sheet_id>/own/", sheets.own, name="own"),
    path("sheets/<int:sheet_id>/own/withdraw/", sheets.withdraw, name="withdraw"),
    path("sheets/<int:sheet_id>/checkers/", sheets.checkers, name="checkers"),
    path("sheets/<int:sheet_id>/letter/", papers.letter, name="letter"),
    path("sheets/<int:sheet_id>/check/", onsite.check, name="check"),
    path("sheets/<int:sheet_id>/check/send/", onsite.send, name="send"),
    path("sheets/<int:sheet_id>/check/photo/", onsite.photo, name="photo"),
    path("sheets/<int:sheet_id>/check/finish/", onsite.finish, name="finish"),
    path("sheets/<int:sheet_id>/check/reopen/", onsite.reopen, name="reopen"),
    path("sheets/<int:sheet_id>/appeal/", appeals.appeal, name="appeal"),
    path("proofs/<int:proof_id>/", sheets.proof, name="proof"),
    path("proofs/<int:proof_id>/drop/", sheets.proof_drop, name="proof_drop"),
    path("appeals/<int:appeal_id>/", appeals.decide, name="decide"),
    path("mending/<int:mending_id>/", appeals.recheck, name="recheck"),
    path("cards/<int:organisation_id>/", annual.card, name="card"),
    path("annual/<int:organisation_id>/<int:year>/", annual.show, name="annual"),
    path("annual/<int:organisation_id>/<int:year>/<slug:kind>/", annual.paper, name="annual_paper"),
]
