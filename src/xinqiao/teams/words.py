"""What the codes this room writes into the trail mean."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "team.wanted": _("按方案列出队伍"),
    "team.set": _("维护队伍"),
    "team.closed": _("撤销队伍"),
    "team.position_set": _("维护职位"),
    "team.position_dropped": _("撤销职位"),
    "team.seated": _("任命成员"),
    "team.unseated": _("结束任职"),
    "team.seat_vacated": _("岗位结束，任职随之结束"),
    "team.letter": _("出具聘书或任命书"),
    "team.contacts_read": _("查看通讯录中的电话"),
    "team.exported": _("导出队伍与会议"),
    "meeting.planned": _("安排会议"),
    "meeting.changed": _("更改会议安排"),
    "meeting.called_off": _("取消会议"),
    "meeting.held": _("登记会议召开"),
    "meeting.minutes": _("写会议纪要"),
    "meeting.decided": _("登记会议决定"),
    "meeting.decision_dropped": _("删去会议决定"),
    "meeting.decision_settled": _("会议决定已落实"),
}
