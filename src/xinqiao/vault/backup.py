"""Backups: the database and the files in one archive, the keys in another that belongs somewhere else.

The archive is a plain ``.tar``: ``manifest.json`` (version, database kind, SHA-256 of each part), ``database.sqlite3``
or ``database.pgdump``, and ``files/``. Whoever finds it without the keys reads no sealed text; whoever loses the keys
reads none either.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection, connections

from xinqiao import __version__
from xinqiao.kernel import crypto
from xinqiao.kernel.home import secrets_folder
from xinqiao.kernel.refusal import Refusal
from xinqiao.vault import keys, postgres
from xinqiao.vault.models import DataKey

Report = Callable[[str, int, int], None]
"""``report(what, done, total)``"""
FORMAT = 1
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Made:
    archive: Path
    keys: Path | None
    parts: int
    size: int
    """bytes"""


def _silent(_what: str, _done: int, _total: int) -> None:
    pass


# --- writing -------------------------------------------------------------------------------------------------------


def back_up(folder: Path, at: datetime, *, keys_to: Path | None = None, report: Report = _silent) -> Made:
    """Write ``xinqiao-<time>.tar`` into ``folder`` while the house goes on working; keys only into ``keys_to``.

    Raises Refusal when the two folders are one, or the database's own tool is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if keys_to is not None and _inside(keys_to, folder):
        raise Refusal("密钥不能和备份放在一起，请用 --keys 指定另一个地方（例如另一块硬盘）。", code="together")
    stamp = at.strftime("%Y%m%d-%H%M%S")
    archive = folder / f"xinqiao-{stamp}.tar"
    half = archive.with_suffix(".tar.part")
    with tempfile.TemporaryDirectory(dir=folder) as workplace:
        parts = [_dump_database(Path(workplace), report), *_files()]
        manifest = {
            "format": FORMAT,
            "version": __version__,
            "made_at": at.isoformat(),
            "database": connection.vendor,
            "parts": {name: _digest(path) for name, path in parts},
        }
        with tarfile.open(half, "w") as tar:
            _add_text(tar, "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
            for done, (name, path) in enumerate(parts, start=1):
                tar.add(path, arcname=name, recursive=False)
                report("打包", done, len(parts))
        _sync(half)
    half.rename(archive)
    archive.chmod(0o600)
    kept = _copy_keys(keys_to, stamp) if keys_to is not None else None
    return Made(archive, kept, len(parts), archive.stat().st_size)


def _inside(one: Path, other: Path) -> bool:
    one, other = one.resolve(), other.resolve()
    return one == other or other in one.parents or one in other.parents


def _dump_database(workplace: Path, report: Report) -> tuple[str, Path]:
    if connection.vendor == "sqlite":
        target = workplace / "database.sqlite3"
        _copy_sqlite(target, report)
        return target.name, target
    target = workplace / "database.pgdump"
    postgres.dump(target)
    return target.name, target


def _copy_sqlite(target: Path, report: Report) -> None:
    """SQLite's own online copy: consistent while others write. Checked before it is kept."""
    connection.ensure_connection()
    copy = sqlite3.connect(target)
    try:
        source: sqlite3.Connection = connection.connection
        source.backup(copy, pages=2000, progress=lambda _status, left, total: report("数据库", total - left, total))
        copy.execute("PRAGMA journal_mode=DELETE")
        (sound,) = copy.execute("PRAGMA quick_check").fetchone()
    finally:
        copy.close()
    if sound != "ok":
        raise Refusal(f"数据库副本没有通过检查：{sound}。没有生成备份，请联系技术支持。", code="broken")


def _files() -> list[tuple[str, Path]]:
    root = Path(settings.MEDIA_ROOT)
    return [(f"files/{path.relative_to(root)}", path) for path in sorted(root.rglob("*")) if path.is_file()]


def _copy_keys(folder: Path, stamp: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"xinqiao-keys-{stamp}.tar"
    with tarfile.open(target, "w") as tar:
        for path in sorted(secrets_folder().glob("*.key")):
            tar.add(path, arcname=path.name)
    target.chmod(0o600)
    _sync(target)
    return target


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return _digest_of(file)


def _digest_of(file: BinaryIO | Any) -> str:
    found = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        found.update(chunk)
    return found.hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


# --- reading back --------------------------------------------------------------------------------------------------


def check(archive: Path) -> dict[str, Any]:
    """The manifest of a sound archive. Raises Refusal for one that is no backup, incomplete or changed."""
    try:
        with tarfile.open(archive) as tar:
            first = tar.extractfile("manifest.json")
            manifest: dict[str, Any] = json.loads(first.read()) if first else {}
            members = {member.name: member for member in tar.getmembers() if member.name != "manifest.json"}
            if set(members) != set(manifest["parts"]):
                raise Refusal("备份不完整：内容和清单对不上。请换一份备份。", code="incomplete")
            for name, digest in manifest["parts"].items():
                part = tar.extractfile(members[name])
                if part is None or _digest_of(part) != digest:
                    raise Refusal(f"备份已损坏：{name} 的校验值不对。请换一份备份。", code="changed")
    except (tarfile.TarError, KeyError, ValueError, OSError) as error:
        raise Refusal(f"{archive} 不是心桥的备份文件，或者已经损坏。", code="no_backup") from error
    if manifest.get("format") != FORMAT:
        raise Refusal("这份备份来自更新的版本，请先升级再恢复。", code="format")
    if manifest["database"] != connection.vendor:
        raise Refusal(
            f"备份的数据库是 {manifest['database']}，这里配置的是 {connection.vendor}，不能直接恢复。", code="vendor"
        )
    return manifest


def is_empty() -> bool:
    """Nothing is here yet that a restore would destroy: no account, no file."""
    if Path(settings.MEDIA_ROOT).is_dir() and any(path.is_file() for path in Path(settings.MEDIA_ROOT).rglob("*")):
        return False
    if "accounts_account" not in connection.introspection.table_names():
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_account LIMIT 1")
        return cursor.fetchone() is None


def restore(archive: Path, at: datetime, *, keys_from: Path | None = None, force: bool = False) -> dict[str, Any]:
    """Put a backup in the place of what is here. The server must be stopped.

    What was here is set aside beside it, never deleted: files and SQLite under another name, PostgreSQL's tables in
    another schema. Returns the manifest.
    """
    manifest = check(archive)
    if not force and not is_empty():
        raise Refusal(
            "这里已经有数据。确定要用备份代替，请加 --force；原来的数据库和文件会改名保留。", code="not_empty"
        )
    found = _read_keys(keys_from, force=force) if keys_from is not None else {}
    stamp = at.strftime("%Y%m%d-%H%M%S")
    with tempfile.TemporaryDirectory(dir=settings.HOME) as workplace, tarfile.open(archive) as tar:
        _unpack(tar, Path(workplace))
        _put_database(Path(workplace), stamp)  # first what may fail: then nothing else has changed
        _put_files(Path(workplace) / "files", stamp)
        _put_keys(found, stamp)
    keys.forget()
    return manifest


def _unpack(tar: tarfile.TarFile, folder: Path) -> None:
    """Plain files only, each inside ``folder``. By hand, because the filter of tarfile came with Python 3.11.4."""
    for member in tar.getmembers():
        target = (folder / member.name).resolve()
        if not member.isfile() or not target.is_relative_to(folder.resolve()):
            if member.isdir():
                continue
            raise Refusal(f"备份里有不该有的内容：{member.name}。请换一份备份。", code="archive")
        content = tar.extractfile(member)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            shutil.copyfileobj(content, file)  # type: ignore[arg-type]


def _read_keys(source: Path, *, force: bool) -> dict[str, bytes]:
    """File name → content of a backup of keys. Raises Refusal for anything else, or for another house's master key."""
    try:
        with tarfile.open(source) as tar:
            found = {m.name: tar.extractfile(m).read() for m in tar.getmembers() if m.isfile()}  # type: ignore[union-attr]
    except (tarfile.TarError, OSError) as error:
        raise Refusal(f"{source} 不是密钥备份，或者已经损坏。", code="keys") from error
    for name, content in found.items():
        if Path(name).name != name or not name.endswith(".key"):
            raise Refusal(f"{source} 里有不认识的内容：{name}。", code="keys")
        here = secrets_folder() / name
        if name == "master.key" and not force and here.exists() and here.read_bytes() != content:
            raise Refusal("这里已经有另一把主密钥。确定要替换，请加 --force；原来的会改名保留。", code="keys")
    return found


def _put_keys(found: dict[str, bytes], stamp: str) -> None:
    for name, content in found.items():
        target = secrets_folder() / name
        if target.exists() and target.read_bytes() != content:
            target.rename(target.with_name(f"{name}.before-{stamp}"))
        target.write_bytes(content)
        target.chmod(0o600)


def _put_files(source: Path, stamp: str) -> None:
    root = Path(settings.MEDIA_ROOT)
    if root.exists() and any(root.iterdir()):
        root.rename(root.with_name(f"{root.name}.before-{stamp}"))
    root.mkdir(parents=True, exist_ok=True)
    for path in _walk(source):
        target = root / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)


def _walk(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def _put_database(source: Path, stamp: str) -> None:
    if connection.vendor != "sqlite":
        postgres.put(source / "database.pgdump", stamp)
        return
    connections.close_all()
    target = Path(str(connection.settings_dict["NAME"]))
    for suffix in ("-wal", "-shm"):
        beside = Path(f"{target}{suffix}")
        if beside.exists():
            beside.rename(f"{target}.before-{stamp}{suffix}")
    if target.exists():
        target.rename(f"{target}.before-{stamp}")
    shutil.move(source / "database.sqlite3", target)


def keys_that_do_not_fit() -> list[int]:
    """Organisations whose key does not open with the master key that is here (all of them when there is none)."""
    rows = list(DataKey.objects.order_by("owner"))
    if not (secrets_folder() / "master.key").exists():
        return sorted({row.owner for row in rows})
    bad = set()
    for row in rows:
        try:
            keys.opens(row)
        except crypto.Unreadable:
            bad.add(row.owner)
    return sorted(bad)
