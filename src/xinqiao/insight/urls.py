from django.urls import path

from xinqiao.insight.views import board, figures, home, ledgers, summaries

app_name = "insight"
urlpatterns = [
    path("", home.home, name="home"),
    path("numbers/", figures.show_numbers, name="numbers"),
    path("numbers/<int:pk>/", figures.show_numbers, name="numbers_of"),
    path("numbers/<int:pk>/report.pdf", figures.download_report, name="report"),
    path("numbers/<int:pk>/table.xlsx", figures.download_table, name="table"),
    path("numbers/campaigns/<int:pk>/report.pdf", figures.download_census, name="census"),
    path("ledger/", figures.show_ledger, name="ledger"),
    path("ledger/download/", figures.download_ledger, name="ledger_download"),
    path("ledgers/", ledgers.ledgers, name="ledgers"),
    path("ledgers/list/", ledgers.work_ledger, name="work_ledger"),
    path("ledgers/table.xlsx", ledgers.download, name="work_ledger_xlsx"),
    path("board/", board.show_board, name="board"),
    path("board/<int:pk>/", board.show_board, name="board_of"),
    path("board/<int:pk>/picture.pdf", board.print_board, name="board_pdf"),
    path("board/<int:pk>/cast/", board.put_on_wall, name="board_cast"),
    path("summaries/", summaries.summaries, name="summaries"),
    path("summaries/draft/", summaries.draft, name="summary_draft"),
    path("summaries/rhythm/", summaries.set_rhythm, name="summary_rhythm"),
    path("summaries/<int:pk>/", summaries.summary, name="summary"),
    path("summaries/<int:pk>/word.docx", summaries.download, name="summary_word"),
    path("summaries/<int:pk>/send/", summaries.send, name="summary_send"),
    path("summaries/<int:pk>/refresh/", summaries.refresh, name="summary_refresh"),
    path("summaries/<int:pk>/correct/", summaries.correct, name="summary_correct"),
    path("wall/", board.wall, name="wall"),
    path("wall/end/", board.take_down, name="wall_end"),
]
