from django.urls import path

from xinqiao.packs.views import library, reviewing, writing

app_name = "packs"
urlpatterns = [
    path("", library.index, name="index"),
    path("new/", writing.new, name="new"),
    path("import/", writing.bring_in, name="import"),
    path("check/", writing.check_new, name="check_new"),
    path("<int:edition_id>/", library.edition, name="edition"),
    path("<int:edition_id>/file/", library.file, name="file"),
    path("<int:edition_id>/compare/", library.compare, name="compare"),
    path("<int:edition_id>/copy/", writing.copy, name="copy"),
    path("<int:edition_id>/edit/", writing.edit, name="edit"),
    path("<int:edition_id>/check/", writing.check, name="check"),
    path("<int:edition_id>/next/", writing.next_edition, name="next"),
    path("<int:edition_id>/parent/", writing.parent, name="parent"),
    path("<int:edition_id>/discard/", writing.discard, name="discard"),
    path("<int:edition_id>/submit/", reviewing.submit, name="submit"),
    path("<int:edition_id>/take-back/", reviewing.take_back, name="take_back"),
    path("<int:edition_id>/send-back/", reviewing.send_back, name="send_back"),
    path("<int:edition_id>/publish/", reviewing.publish, name="publish"),
    path("<int:edition_id>/withdraw/", reviewing.withdraw, name="withdraw"),
    path("<int:edition_id>/restore/", reviewing.restore, name="restore"),
]
