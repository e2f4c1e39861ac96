"""Make a checkout run, with nothing but Python 3.11 or newer (`make …` calls this; Windows calls it directly).

python scripts/setup.py run        environment, assets, texts, demo district, server on 127.0.0.1:8000
python scripts/setup.py test       everything a change must pass (see scripts/check.py; extra words name steps)
python scripts/setup.py install    only the environment, assets and texts that `run` needs
python scripts/setup.py dev        the same for whoever works on the code: all tools, test services
python scripts/setup.py assets     build the browser's files again
python scripts/setup.py tool …     run a command inside the environment, e.g. `tool python scripts/messages.py check`
python scripts/setup.py clean      remove what was built (the data in var/ stays)

Each step leaves a stamp with a hash of what it depends on, so a second run does only what changed. Nothing here is
imported from outside the standard library, and this file must parse under old Pythons too, so that they can say what
is wrong.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

NEWEST_TRIED = (3, 13)
OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / ".stamps"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
BUILT = ("src/xinqiao/ui/static/vendor", "src/xinqiao/documents/fonts")
CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache", "dist", "staticfiles")

TOO_OLD = """\
心桥需要 Python 3.11 或更新的版本；现在的是 {version}（{path}）。
请安装 Python 3.11、3.12 或 3.13，然后重新运行；也可以指明：make run PYTHON=/路径/python3.12
Xinqiao needs Python 3.11 or newer; this is {version} ({path}).
Install Python 3.11, 3.12 or 3.13 and run again, or name one: make run PYTHON=/path/to/python3.12
"""
NO_VENV = """\
无法建立 Python 虚拟环境：这个 Python（{path}）没有 venv/ensurepip。
  Debian / Ubuntu / 统信 / 麒麟：  apt-get install {package}
  openSUSE：                       zypper install python3-pip
  其他系统：请安装 python.org 的完整 Python，或者 uv，再重新运行。
Cannot make a virtual environment: this Python has no venv/ensurepip.
  Debian and its relatives:        apt-get install {package}
"""
NO_INSTALL = """\
依赖没有装上（见上面的信息）。请检查网络、代理或软件源（pip config list），再重新运行；已经下载的部分不会重来。
The dependencies could not be installed (see above). Check the network, proxy or package index, then run again.
"""


class Stop(Exception):
    """A reason to end, already in words for the person at the keyboard."""


def say(text):
    print(f"\033[1m› {text}\033[0m" if sys.stdout.isatty() else "› " + text, flush=True)


def dotted(version):
    return f"{version[0]}.{version[1]}"


def version_of(python):
    """(major, minor) of an interpreter that starts, else None. A pyenv shim may exist and not start."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [str(python), "-c", code], check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30
        )
        return tuple(int(part) for part in answer.stdout.decode().split(".")) if answer.returncode == 0 else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def a_python():
    """A Python new enough: this one, or another on PATH when this one is too old."""
    if sys.version_info[:2] >= OLDEST:
        return sys.executable
    for name in ("python3.13", "python3.12", "python3.11", "python3", "python"):
        found = shutil.which(name)
        version = version_of(found) if found else None
        if version and version >= OLDEST:
            return found
    raise Stop(TOO_OLD.format(version=dotted(sys.version_info), path=sys.executable))


def call(*command, **environment):
    subprocess.run([str(word) for word in command], check=True, cwd=str(ROOT), env=dict(os.environ, **environment))


def digest(*paths):
    """One hash over files and folders (names and contents), with the place of the checkout."""
    total = hashlib.sha256(str(ROOT).encode())
    for path in (ROOT / each for each in paths):
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and not {"node_modules", "__pycache__"} & set(file.parts):
                total.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def is_fresh(name, value):
    stamp = STAMPS / name
    return stamp.exists() and stamp.read_text() == value


def stamp(name, value):
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(value)


# --- the environment -------------------------------------------------------------------------------------------
def make_venv():
    version = version_of(PYTHON) if PYTHON.exists() else None
    if version and version >= OLDEST:
        return
    python = a_python()
    version = version_of(python)
    if version and version > NEWEST_TRIED:
        say(f"Python {dotted(version)} 尚未试过，继续；not tried yet, going on")
    say("建立环境 .venv / making the environment")
    shutil.rmtree(str(VENV), ignore_errors=True)
    uv = shutil.which("uv")
    if uv:
        call(uv, "venv", "-q", "--seed", "--python", python, VENV)
        return
    make = [python, "-m", "venv", str(VENV)]
    made = subprocess.run(make, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode:
        shutil.rmtree(str(VENV), ignore_errors=True)
        sys.stderr.write(made.stdout.decode(errors="replace"))
        raise Stop(NO_VENV.format(path=python, package="python3-venv"))


def install(lock):
    """Install the packages of a lock file, hash by hash, and the project itself in place."""
    make_venv()
    fingerprint = digest("pyproject.toml", lock)
    if is_fresh(lock, fingerprint):
        return
    if lock == "requirements.lock" and is_fresh(
        "requirements-dev.lock", digest("pyproject.toml", "requirements-dev.lock")
    ):
        return  # the developers' set holds everything of the running set
    say(f"安装依赖 / installing packages ({lock})")
    pip = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    try:
        try:
            call(*pip, "--require-hashes", "-r", "requirements-uv.lock")
            tool, settings = [PYTHON, "-m", "uv", "pip", "install", "-q", "--python", PYTHON], as_pip_is_set()
        except subprocess.CalledProcessError:
            tool, settings = pip, {}  # uv has no build for this machine: pip does the same, slower
        call(*tool, "--require-hashes", "-r", lock, **settings)
        call(*tool, "--no-deps", "-e", ".", **settings)
    except subprocess.CalledProcessError:
        raise Stop(NO_INSTALL) from None
    stamp(lock, fingerprint)


def as_pip_is_set():
    """uv reads no pip settings; a school that set a mirror for pip should not have to set it twice."""
    if any(name.startswith("UV_") and "INDEX" in name for name in os.environ):
        return {}
    index = os.environ.get("PIP_INDEX_URL", "")
    if not index:
        asked = [str(PYTHON), "-m", "pip", "config", "get", "global.index-url"]
        answer = subprocess.run(asked, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        index = answer.stdout.decode(errors="replace").strip()
    return {"UV_DEFAULT_INDEX": index} if index else {}


def build_assets(*words):
    # The script keeps its own stamp: it also depends on which icons the templates use.
    call(PYTHON, "scripts/build_assets.py", *words)


def compile_texts():
    catalogues = sorted((ROOT / "src" / "xinqiao").glob("*/locale/*/LC_MESSAGES/django.po"))
    fingerprint = digest("scripts/messages.py", *catalogues)
    if is_fresh("texts", fingerprint) and all(each.with_suffix(".mo").exists() for each in catalogues):
        return
    call(PYTHON, "scripts/messages.py", "compile")
    stamp("texts", fingerprint)


def prepare(lock):
    install(lock)
    build_assets()
    compile_texts()


# --- what one can ask for --------------------------------------------------------------------------------------
def run(words):
    prepare("requirements.lock")
    say("准备演示数据 / preparing the demo district")
    call(PYTHON, "-m", "xinqiao", "demo", "--if-empty")
    say("启动 / starting（停止 stop: Ctrl+C）")
    become([PYTHON, "-m", "xinqiao", "serve", *words])


def just_install(words):
    prepare("requirements.lock")


def test(words):
    prepare("requirements-dev.lock")
    become([PYTHON, "scripts/check.py", *words])


def dev(words):
    prepare("requirements-dev.lock")
    become([PYTHON, "scripts/test_services.py", "ensure"])


def tool(words):
    install("requirements-dev.lock")
    if not words:
        raise Stop("用法 / usage: setup.py tool COMMAND …")
    inside = shutil.which(words[0], path=str(BIN)) or words[0]
    become([inside, *words[1:]])


def assets(words):
    install("requirements.lock")
    build_assets("--force")
    compile_texts()


def clean(words):
    for name in (*CACHES, ".venv", "assets/node_modules", *BUILT):
        shutil.rmtree(str(ROOT / name), ignore_errors=True)
    for compiled in (ROOT / "src").rglob("*.mo"):
        compiled.unlink()
    for cache in [*(ROOT / "src").rglob("__pycache__"), *(ROOT / "tests").rglob("__pycache__")]:
        shutil.rmtree(str(cache), ignore_errors=True)
    print("已清理；var/ 里的数据没有动。/ Cleaned; the data in var/ is untouched.")


def become(command):
    """Hand over to a command and end with its exit code (no exec on Windows, and Ctrl+C belongs to the child)."""
    words = [str(word) for word in command]
    if not WINDOWS:
        sys.stdout.flush()
        os.chdir(str(ROOT))
        os.execvpe(words[0], words, dict(os.environ, PATH=str(BIN) + os.pathsep + os.environ.get("PATH", "")))
    child = subprocess.Popen(words, cwd=str(ROOT))
    while True:
        try:
            sys.exit(child.wait())
        except KeyboardInterrupt:
            continue


WISHES = {"run": run, "test": test, "install": just_install, "dev": dev, "tool": tool, "assets": assets, "clean": clean}


def main():
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that knows no Chinese shows question marks, not a traceback
            stream.reconfigure(errors="replace")
    wish = sys.argv[1] if len(sys.argv) > 1 else ""
    if wish not in WISHES:
        sys.stderr.write(__doc__)
        return 2
    try:
        WISHES[wish](sys.argv[2:])
    except Stop as reason:
        sys.stderr.write("\n" + str(reason) + "\n")
        return 1
    except subprocess.CalledProcessError as failure:
        sys.stderr.write("\n没有成功 / failed: {}\n".format(" ".join(failure.cmd)))
        return failure.returncode or 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
