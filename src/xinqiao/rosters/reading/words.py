"""The words schools put at the head of a column, by the field they mean. Data only."""

from __future__ import annotations

from collections.abc import Mapping

NAME, NUMBER, SEX, BIRTH = "name", "student_number", "sex", "birth_date"
IDENTITY, REGISTRATION = "id_number", "registration_number"
SCHOOL, STAGE, GRADE, CLASS, ENTRY = "school", "stage", "grade", "class_name", "entry_year"
BOARDING, GROUPS = "boarding", "groups"
GUARDIANS = tuple(f"guardian{n}_{part}" for n in (1, 2) for part in ("name", "relation", "phone"))
SKIP = ""
"""The column is not imported."""
FIELDS = (
    *(NAME, NUMBER, CLASS, GRADE, ENTRY, STAGE, SEX, BIRTH, BOARDING, GROUPS),
    *GUARDIANS,
    *(SCHOOL, IDENTITY, REGISTRATION),
)
SEALED_FIELDS = frozenset({IDENTITY, REGISTRATION})
"""Recognised but left out unless somebody switches them on: the least that is needed is taken by default."""

SYNONYMS: Mapping[str, str] = {
    NAME: "姓名 学生姓名 名字 学生名字 学生 学员姓名 name studentname fullname",
    NUMBER: "学号 学生学号 校内学号 学校学号 编号 学生编号 学生号 校内编号 考号 studentno studentid",
    REGISTRATION: "学籍号 全国学籍号 学籍编号 国网学籍号 学籍辅号 全国学籍编号",
    IDENTITY: "身份证号 身份证号码 身份证 身份证件号 身份证件号码 证件号 证件号码 公民身份号码 idnumber idcard",
    SEX: "性别 学生性别 sex gender",
    BIRTH: "出生日期 出生年月日 出生年月 生日 出生时间 birthdate birthday dateofbirth dob",
    GRADE: "年级 所在年级 就读年级 年级名称 现年级 grade",
    CLASS: "班级 班级名称 所在班级 班号 班 现班级 就读班级 行政班 班别 年级班级 班次 class classname",
    ENTRY: "入学年份 入学年度 入学年 级 届别 入学年月 入学时间 入学日期 entryyear",
    STAGE: "学段 就读学段 stage",
    SCHOOL: "学校 学校名称 就读学校 所在学校 校名 school",
    BOARDING: "住宿 是否住宿 寄宿 是否寄宿 住校 是否住校 住宿情况 就读方式 住宿类型 走读住宿 住宿生 寄宿生 boarding",
    GROUPS: "特殊群体 群体 特殊类型 重点群体 学生类别 特殊群体类别 特殊情况类别 群体类别 group groups",
}
WEAKER: Mapping[str, str] = {
    "guardian1_phone": "联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 联系人电话 phone mobile guardianphone",
    "guardian1_name": "guardian guardianname parent 联系人 联系人姓名",
    "guardian1_relation": "关系 与学生关系 与本人关系 亲属关系 监护关系 relation relationship relationtostudent",
    BIRTH: "出生",
}
"""Words that could mean something else as well."""

NOT_TAKEN: Mapping[str, str] = {
    "order": "序号 序 行号 no 编次 顺序号 座号 座位号 座次",
    "ethnicity": "民族",
    "politics": "政治面貌 党团 团员 是否团员",
    "address": "家庭住址 住址 地址 家庭地址 现住址 户籍地址 户口所在地 籍贯 户籍 通讯地址",
    "religion": "宗教 宗教信仰",
    "work": "工作单位 职业 父亲职业 母亲职业 父亲工作单位 母亲工作单位 家庭收入 收入 文化程度",
    "score": "成绩 总分 名次 排名 语文 数学 英语",
    "health": "血型 身高 体重 病史 视力 既往病史",
    "remark": "备注 说明 签名 签字 班主任 班主任姓名",
    "password": "密码 账号 邮箱 微信 qq email 身份证件类型 证件类型",
}

PARENTS = (("父亲|爸爸|父(?=姓|电|手|联)", "father", "1"), ("母亲|妈妈|母(?=姓|电|手|联)", "mother", "2"))
"""(pattern, relation, which guardian)."""
PARTS = (("name", "姓名|名字"), ("relation", "关系"), ("phone", "电话|手机|联系方式|号码"))
CIRCUMSTANCES = "留守|单亲|离异|重组|孤儿|残疾|建档立卡|低保|学困|流动|随迁|困境|受欺凌|贫困"
ALSO_CALLED = {"学困": "学习困难", "学困生": "学习困难", "随迁": "流动儿童", "随迁子女": "流动儿童"}
"""Words schools use for groups that the house calls otherwise."""
FOOTERS = "合计|总计|小计|制表|填表|审核|负责人|说明|注[::]|共计|备注"
"""How the first cell of a row below the list begins."""
