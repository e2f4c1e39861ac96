"""The groups the plans name, known everywhere. A tenant adds its own."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GROUPS = [
    ("left_behind", "留守儿童"),
    ("single_parent", "单亲家庭"),
    ("low_income", "建档立卡（低收入）家庭"),
    ("disabled", "残疾学生"),
    ("struggling", "学习困难"),
    ("migrant", "流动儿童"),
    ("bullied", "受欺凌"),
    ("abused", "受虐待或忽视"),
    ("frontline_medic", "一线医务人员子女"),
    ("affected_family", "家人受疫情或重大事件影响"),
    ("hardship", "困境儿童"),
]


def add(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    group = apps.get_model("people", "PopulationGroup")
    for code, name in GROUPS:
        group.objects.get_or_create(owner=None, code=code, defaults={"name": name, "depth": 4})


def remove(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("people", "PopulationGroup").objects.filter(owner=None).delete()


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
