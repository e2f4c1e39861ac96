"""``xinqiao serve``, ``worker``, ``migrate``."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
from types import FrameType


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = subparsers.add_parser("serve", help="启动服务（网页与后台任务）/ serve pages with the worker inside")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--no-worker", action="store_true", help="后台任务在别处运行时使用")
    serve.set_defaults(run=run_serve)
    worker = subparsers.add_parser("worker", help="只运行后台任务 / run the worker only")
    worker.add_argument("--follow", type=int, default=0, help=argparse.SUPPRESS)
    worker.set_defaults(run=run_worker)
    sweep = subparsers.add_parser(
        "sweep", help="现在就做一轮巡检（期限、窗口、补算）/ run the periodic sweeps once, now"
    )
    sweep.set_defaults(run=run_sweep)
    migrate = subparsers.add_parser("migrate", help="建立或升级数据库 / create or upgrade the database")
    migrate.set_defaults(run=run_migrate)


def prepare() -> None:
    """Database up to date, national calendar and plan packs in, static files collected. Quick when nothing is new."""
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from xinqiao.packs.services import load_shipped
    from xinqiao.registry.sweeps import keep_national_calendar

    call_command("migrate", verbosity=0, interactive=False)
    keep_national_calendar(timezone.now())
    load_shipped(timezone.now())
    call_command("collectstatic", verbosity=0, interactive=False)
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)


def run_migrate(args: argparse.Namespace) -> int:
    from django.core.management import call_command
    from django.utils import timezone

    from xinqiao.packs.services import load_shipped

    call_command("migrate", verbosity=1, interactive=False)
    load_shipped(timezone.now())
    return 0


def run_serve(args: argparse.Namespace) -> int:
    """One web process and one worker process; both end together."""
    prepare()
    from granian import Granian
    from granian.constants import Interfaces

    worker: subprocess.Popen[bytes] | None = None
    if not args.no_worker:
        command = [sys.executable, "-m", "xinqiao", "worker", "--follow", str(os.getpid())]
        worker = subprocess.Popen(command)
    server = Granian(
        "xinqiao.config.asgi:application",
        address=args.host,
        port=args.port,
        interface=Interfaces.ASGI,
        workers=1,
        websockets=False,
        log_access=False,
        backlog=2048,
    )
    print(f"心桥已启动：http://{args.host}:{args.port}/  （按 Ctrl+C 停止）", flush=True)
    try:
        server.serve()
    finally:
        if worker is not None:
            worker.terminate()
            worker.wait(timeout=10)
    return 0


def run_worker(args: argparse.Namespace) -> int:
    """Work until told to stop, or until the process ``--follow`` names is gone (the server was killed)."""
    from xinqiao.outbox.worker import work

    stop = threading.Event()

    def leave(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    if args.follow:
        threading.Thread(target=_stop_when_gone, args=(args.follow, stop), daemon=True).start()
    work(stop)
    return 0


def run_sweep(args: argparse.Namespace) -> int:
    """One turn of everything periodic and all that waits, without waiting for the worker's next minute."""
    from django.utils import timezone

    from xinqiao.outbox import registry, services

    at = timezone.now()
    for each in registry.sweeps.values():
        each.work(at)
    services.settle(at)
    print(f"巡检完成：{len(registry.sweeps)} 项。")
    return 0


def _stop_when_gone(pid: int, stop: threading.Event) -> None:
    while not stop.wait(2):
        if os.getppid() != pid:
            stop.set()
