from datetime import UTC, datetime

from django.db import migrations

from xinqiao.access.texts import DEFAULTS

MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


def make(apps, schema_editor):
    """The first version of each text; later changes of DEFAULTS reach an installation as published versions."""
    texts = apps.get_model("access", "ConsentText")
    for purpose, text in DEFAULTS.items():
        texts.objects.get_or_create(
            purpose=str(purpose),
            version=1,
            organisation=None,
            defaults={"title": text.title, "body": text.body, "made_at": MADE_AT},
        )


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
