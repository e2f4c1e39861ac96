"""What the codes this room writes into the trail mean, for people."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "plan.applied": _("启用方案"),
    "plan.paused": _("暂停方案"),
    "plan.resumed": _("恢复方案"),
    "plan.ended": _("结束方案"),
    "plan.archived": _("归档方案"),
    "plan.mode": _("切换方案模式"),
    "plan.amended": _("修改方案"),
    "plan.moved": _("方案换用新版本"),
    "plan.units": _("方案参加单位变动"),
    "plan.rolled": _("方案任务按日程续排"),
    "plan_task.given": _("下达方案任务"),
    "plan_task.taken": _("接收方案任务"),
    "plan_task.handed_in": _("上交方案任务"),
    "plan_task.withdrawn": _("撤回上交的材料"),
    "plan_task.attached": _("上传任务附件"),
    "plan_task.detached": _("删除任务附件"),
    "plan_task.accepted": _("审核通过方案任务"),
    "plan_task.returned": _("退回方案任务"),
    "plan_task.settled": _("方案任务由记录证明完成"),
    "plan_task.waived": _("免做方案任务"),
    "plan_task.reopened": _("重新打开方案任务"),
    "plan_task.postponed": _("方案任务延期"),
    "plan_task.handed_on": _("转交方案任务"),
    "plan_task.re_owned": _("方案任务换人负责"),
    "plan_task.climbed": _("方案任务逾期，提醒上级"),
    "plan_task.reminded": _("催办方案任务"),
    "plan_task.packaged": _("打包下载上交的材料"),
    "plan.units_exported": _("导出各单位进度"),
}
