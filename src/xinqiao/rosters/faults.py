"""The words for everything that can be wrong with a file, a mapping or a cell: what it is, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinqiao.kernel.refusal import Refusal
from xinqiao.rosters.reading.trouble import Trouble

KINDS = {
    "word": _("Word 文档"),
    "slides": _("演示文稿"),
    "office": _("其他文档"),
    "ods": _("ODS 表格"),
    "xlsb": _("xlsb 二进制工作簿"),
    "archive": _("压缩包"),
    "pdf": _("PDF"),
    "picture": _("图片"),
    "program": _("程序或数据库文件"),
    "web": _("网页（有的系统把网页存成 .xls）"),
    "xml": _("XML 文档"),
}

FIELD_LABELS = {
    "name": _("姓名"),
    "student_number": _("学号"),
    "sex": _("性别"),
    "birth_date": _("出生日期"),
    "class_name": _("班级"),
    "grade": _("所在年级"),
    "entry_year": _("入学年份"),
    "stage": _("学段"),
    "school": _("学校（核对用）"),
    "boarding": _("住宿"),
    "groups": _("特殊群体"),
    "guardian1_name": _("监护人姓名"),
    "guardian1_relation": _("监护人关系"),
    "guardian1_phone": _("监护人电话"),
    "guardian2_name": _("监护人2姓名"),
    "guardian2_relation": _("监护人2关系"),
    "guardian2_phone": _("监护人2电话"),
    "id_number": _("身份证号"),
    "registration_number": _("学籍号"),
}

NOT_TAKEN = {
    "off": _("默认不导入：用校内学号就够了。确有需要时可以改为导入，会加密保存。"),
    "order": _("序号、座号不用导入。"),
    "ethnicity": _("本系统不收集民族。"),
    "politics": _("本系统不收集政治面貌。"),
    "address": _("本系统不收集住址。"),
    "religion": _("本系统不收集宗教信仰。"),
    "work": _("本系统不收集家长职业与收入。"),
    "score": _("本系统不收集成绩。"),
    "health": _("本系统不在名册里收集健康信息。"),
    "remark": _("备注、签名不用导入。"),
    "password": _("账号信息不用导入。"),
}

FILE = {
    "empty": _("文件里没有内容。请确认选对了文件，并且表格里已经填好学生。"),
    "too_big": _("文件超过 %(most)s MB。请删去图片和多余的工作表，或分年级导入。"),
    "truncated": _("文件已损坏，读不出来。请用 Excel 或 WPS 打开它，另存为 .xlsx 后再上传。"),
    "password": _("文件设有打开密码。请在 Excel 或 WPS 里取消密码，保存后再上传。"),
    "macros": _("文件里有宏，为了安全不能读取。请另存为“Excel 工作簿 (.xlsx)”后再上传。"),
    "strict": _("文件是“Strict Open XML”格式，不能保证读对。请另存为“Excel 工作簿 (.xlsx)”（不要选 Strict）后再上传。"),
    "bomb": _("文件展开后大得不正常，为了安全没有读取。请把名册复制到一个新建的工作簿里，保存后再上传。"),
    "entities": _(
        "文件里有不该出现的内容（文档类型或实体声明），为了安全没有读取。请把名册复制到一个新建的工作簿里再上传。"
    ),
    "duplicate_parts": _("文件内部有重复的部分，读出来可能不对。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"),
    "not_a_workbook": _(
        "这是%(kind)s，不是名册表格。请上传 .xlsx、.xls 或 .csv 文件；可以在 Excel 或 WPS 里另存为 .xlsx。"
    ),
    "not_a_table": _("这个文本文件里没有分成几列的内容。请上传 .xlsx、.xls 或用逗号分隔的 .csv 文件。"),
    "encoding": _("文件的文字编码认不出来。请在 Excel 或 WPS 里另存为 .xlsx，或存为 UTF-8 编码的 CSV。"),
    "quotes": _("CSV 文件里有没有配对的引号，后面的内容会读乱。请检查引号，或另存为 .xlsx 后再上传。"),
    "too_many_rows": _("表格超过 %(most)s 行。请删去多余的行，或分年级导入。"),
    "too_wide": _("表格在很远的行或列里还有内容（最多 %(most)s 列）。请只保留名册区域，复制到新的工作簿里再上传。"),
    "too_many_sheets": _("工作表超过 %(most)s 个。请只保留名册那一张。"),
    "no_head": _(
        "没有找到表头。表头要有“姓名”，并且至少还有学号、班级、年级、性别、出生日期中的一项。请对照模板改好后再上传。"
    ),
    "no_sheet": _("工作簿里没有叫“%(sheet)s”的工作表，请重新选择。"),
    "no_rows": _("表头下面没有学生。请确认名册填在“%(sheet)s”这张表里。"),
    "mapping_unknown": _("选择的项目不存在，请重新选择。"),
    "mapping_twice": _("“%(field)s”同时选给了 %(one)s 列和 %(other)s 列，请只留一列。"),
    "mapping_missing": _("还没有指出哪一列是“%(field)s”，请在下面选好。"),
    "all_faulty": _("没有一行可以导入。请看“有错误”里每一行的说明，改好后重新上传。"),
}

CELL = {
    "formula": _("公式没有算出结果。请在 Excel 里改成具体的值。"),
    "digits_lost": _("数字太长，Excel 已经丢了后几位。请把这一列设为“文本”格式，重新填写完整号码。"),
    "missing": _("没有填写，这一项不能空着。"),
    "name_long": _("超过 %(most)s 个字，请核对姓名。"),
    "name_lost": _("姓名里有显示不出来的字（“%(character)s”），可能是生僻字存丢了。请重新输入这个字。"),
    "name_digits": _("姓名里有数字。同名的学生用学号区分，姓名请照户口簿填写。"),
    "name_odd": _("姓名里有不该出现的符号“%(character)s”。请照户口簿填写。"),
    "sex": _("“%(value)s”看不出是男还是女。请填“男”或“女”，不填也可以。"),
    "yes_or_no": _("“%(value)s”看不出是还是否。请填“是”或“否”。"),
    "relation": _("不认识的关系“%(value)s”。请填父亲、母亲、祖父母、外祖父母、其他亲属或其他监护人。"),
    "date": _("“%(value)s”不是日期。请写成 2012-09-01 这样。"),
    "date_part": _("“%(value)s”只有年或年月。请写全年月日，例如 2012-09-01。"),
    "date_order": _("“%(value)s”分不清年、月、日。请把年份写成四位放在最前面，例如 2012-09-01。"),
    "date_none": _("没有 %(value)s 这一天，请核对。"),
    "date_range": _("%(value)s 太早或在今天以后，请核对。"),
    "code": _("学号“%(value)s”里有不能用的符号。学号只能有数字、字母和 - _ /。"),
    "code_fraction": _("学号“%(value)s”带小数，看来被当成了数值。请把这一列设为“文本”格式后重填。"),
    "code_long": _("学号超过 %(most)s 位，请核对。"),
    "code_is_identity": _("这里填的是学籍号或身份证号，不能当学号用（学号会印在登录条上）。请改填校内学号。"),
    "identity_form": _("身份证号应是 18 位（最后一位可以是 X），这里有 %(length)s 位。请核对；没有可以空着。"),
    "identity_check": _("身份证号的校验位不对，多半是有一位输错了。请核对；没有可以空着。"),
    "identity_date": _("身份证号里的出生日期不成立。请核对；没有可以空着。"),
    "identity_birth": _("出生日期和身份证号不一致，请核对哪一个对。"),
    "identity_sex": _("性别和身份证号不一致，请核对哪一个对。"),
    "identity_two": _("学籍号和身份证号对不上，请核对哪一个对。"),
    "identity_elsewhere": _("这个学生现在还在另一所学校的在读名册里。请先联系原学校办理转出，再导入。"),
    "registration_form": _("学籍号应是 G、J 或 L 加 18 位，共 19 位，这里有 %(length)s 位。请核对；没有可以空着。"),
    "phone_two": _("这一格里有两个号码。请只留一个；另一个可以填在“监护人2电话”。"),
    "phone_service": _("这是公共服务号码，不是监护人的电话。请核对。"),
    "phone_length": _("手机号应是 11 位，这里有 %(length)s 位。请核对。"),
    "phone_form": _("电话号码认不出来。请填 11 位手机号，或带区号的座机，例如 010-62345678。"),
    "class_name": _("班级“%(value)s”认不出来。请写成“七年级1班”“初一(1)班”或“2023级1班”。"),
    "class_number": _("班号“%(value)s”认不出来。请写成 1 到 300 的数字。"),
    "class_without_grade": _("“%(value)s”看不出是哪个年级。请写成“七年级1班”，或另加一列“年级”。"),
    "class_conflict": _("班级“%(value)s”和年级这一列说的不一样，请核对哪一个对。"),
    "grade": _("年级“%(value)s”认不出来。请写成“七年级”“初一”或“2023级”。"),
    "grade_range": _("按本校的学制没有“%(value)s”。请核对年级，或请管理员检查学制（六三/五四）。"),
    "grade_counting": _("五四学制里“%(value)s”有两种说法（六年级起或七年级起）。请改写成“六年级”“七年级”这样。"),
    "grade_stage": _("本校没有“%(value)s”所在的学段。初中一年级请写“七年级”，高中一年级请写“高一”。"),
    "cohort_stage": _("“%(value)s级”可能是不同学段的年级。请写成“初2023级”这样，或改写年级名。"),
    "cohort_gone": _("“%(value)s级”这一学年不在校（还没入学或已经毕业）。请核对入学年份和所选学年。"),
    "school_other": _("这一行写的学校是“%(value)s”，不是正在导入的学校。请删去，或到那所学校导入。"),
    "number_twice": _("学号和第 %(rows)s 行重复。请核对，每个学生的学号不能相同。"),
    "identity_twice": _("身份证号和第 %(rows)s 行重复。请核对。"),
    "number_held": _("学号现在登记的是“%(value)s”，和这一行的姓名不同。请核对学号；如果是改名，请把出生日期也填上。"),
    "matched_twice": _("和第 %(rows)s 行对上了同一个学生。请核对这两行。"),
    "same_name": _("同班有同名学生（第 %(rows)s 行），已按学号分开。请确认不是重复填写。"),
    "group_unknown": _("还没有叫“%(value)s”的群体，这一项没有导入。可以先在“组织与人员”里添加。"),
    "guardian_without_name": _("有电话没有姓名，会记成“某某的监护人”。"),
}


GONE = _("这次导入的原文件已经清除，请重新上传。")
STALE = _("预览之后，学校的学生名册又有变动。请重新生成预览，再导入。")
NUMBER_TAKEN = _("第 %(row)s 行的学号 %(value)s 还有别的在读学生在用，请改正后重新上传。")
UNEXPECTED = _("导入时出现意外，什么都没有改动。请重试，仍不行请联系管理员。")
UNDECIDED = _("还有 %(count)s 个重名学生需要您确认是不是同一个人，确认后才能导入。")
NO_CANDIDATE = _("这一行没有可以选的同名学生，请刷新页面看看最新情况。")
TAKEN = _("这名学生已经和另一行对上了，请先改那一行。")
NOTHING = _("没有需要导入的变化。")
NOT_LATEST = _("之后又导入过名册（%(when)s），请先撤销那一次。")
CHANGED_SINCE = _("导入之后，%(name)s 等学生的班级或在读情况又有变动，不能整批撤销。请在“组织与人员”里逐个更正。")
IN_USE = _("导入的学生已经有了后续记录（%(what)s），不能整批撤销。请在“组织与人员”里逐个更正。")
IN_USE_WORDS = {
    "access": _("岗位、知情同意或登录码"),
    "accounts": _("登录账号"),
    "screening": _("测评"),
    "signals": _("关注线索"),
    "cases": _("个案"),
}
OTHER_USE = _("其他业务记录")


def say(code: str, facts: Mapping[str, Any] | None = None) -> str:
    """The sentence for ``code`` in the language of the moment."""
    words = FILE.get(code) or CELL.get(code)
    if words is None:
        return gettext("这一格读不出来，请核对。")
    shown: dict[str, Any] = {**(facts or {})}
    if "kind" in shown:
        shown["kind"] = KINDS.get(str(shown["kind"]), shown["kind"])
    if "field" in shown:
        shown["field"] = FIELD_LABELS.get(str(shown["field"]), shown["field"])
    return str(words) % shown if shown else str(words)


def refusal(trouble: Trouble) -> Refusal:
    """A file's trouble as the house says no."""
    return Refusal(say(trouble.code, trouble.facts), code=trouble.code)
