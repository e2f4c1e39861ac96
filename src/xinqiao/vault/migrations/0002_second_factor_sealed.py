"""Secrets of authenticator apps and recovery codes that were kept in the clear are sealed where they stand.

Written against the rows as they were then, with the kernel alone, so that it works whatever the vault becomes.
"""

import base64

from django.db import migrations
from django.utils import timezone

from xinqiao.kernel import crypto
from xinqiao.kernel.home import secret

MARK, CONTEXT, KEY_CONTEXT, HOUSE = "sealed:", "mfa.authenticator.data", "vault.data_key", 0
NAMES = ("secret", "seed")


def _changed(data, change):
    fresh = {name: change(data[name]) for name in NAMES if name in data}
    if data.get("migrated_codes"):
        fresh["migrated_codes"] = [change(code) for code in data["migrated_codes"]]
    return data | fresh


def _rewrite(apps, change):
    rows = apps.get_model("mfa", "Authenticator").objects.exclude(type="webauthn").order_by("pk")
    for row in rows.iterator(chunk_size=1000):
        data = _changed(row.data, change)
        if data != row.data:
            row.data = data
            row.save(update_fields=["data"])


def seal(apps, schema_editor):
    DataKey = apps.get_model("vault", "DataKey")
    found = []

    def active():
        if not found:
            row = DataKey.objects.filter(owner=HOUSE, retired_at=None).first()
            if row is None:
                blob = crypto.seal(crypto.new_key(), key=secret("master"), key_id=0, context=KEY_CONTEXT)
                row = DataKey.objects.create(owner=HOUSE, sealed_key=blob, made_at=timezone.now())
            found.append((row.pk, crypto.unseal(bytes(row.sealed_key), key=secret("master"), context=KEY_CONTEXT)))
        return found[0]

    def change(text):
        if text.startswith(MARK):
            return text
        key_id, key = active()
        return MARK + base64.b64encode(crypto.seal(text.encode(), key=key, key_id=key_id, context=CONTEXT)).decode()

    _rewrite(apps, change)


def reveal(apps, schema_editor):
    DataKey = apps.get_model("vault", "DataKey")

    def change(text):
        if not text.startswith(MARK):
            return text
        blob = base64.b64decode(text.removeprefix(MARK))
        row = DataKey.objects.get(pk=crypto.key_id_of(blob))
        key = crypto.unseal(bytes(row.sealed_key), key=secret("master"), context=KEY_CONTEXT)
        return crypto.unseal(blob, key=key, context=CONTEXT).decode()

    _rewrite(apps, change)


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_initial"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(seal, reveal)]
