"""Writes the generated pages: the command line and the settings here, rules and features by their own builders.

`python docs/build.py` writes; `--check` writes nothing, names what is out of date, and exits 1.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import typer

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
BUILDERS = ("docs/build_rules.py", "docs/build_features.py", "docs/build_own_rules.py")


def command_line() -> str:
    """Every command with its help, arguments and options."""
    from cli.app import app

    root = typer.main.get_command(app)
    parts = [
        "# The command line",
        "Generated from the code by `make docs`. Exit codes: 0 done; 1 done, with something refused (said on standard "
        "error); 2 unusable input or arguments. `--json` is a contract: fields are only ever added.",
        _options(root),
    ]
    parts += _commands(root, "cleanclaim")
    return "\n\n".join(part for part in parts if part) + "\n"


def _commands(group: Any, prefix: str) -> list[str]:
    parts = []
    for name, command in sorted(getattr(group, "commands", {}).items()):
        if getattr(command, "commands", None):
            parts += _commands(command, f"{prefix} {name}")
            continue
        usage = " ".join(_argument(p) for p in command.params if p.param_type_name == "argument")
        parts += [f"## `{f'{prefix} {name} {usage}'.strip()}`", _help(command), _options(command)]
    return parts


def _argument(parameter: Any) -> str:
    return str(parameter.metavar or f"[{parameter.name.upper()}]")


def _help(command: Any) -> str:
    lines = [line.strip() for line in (command.help or "").splitlines()]
    return "\n".join(f"    {line}" if line.startswith("cleanclaim") else line for line in lines).strip()


def _options(command: Any) -> str:
    rows = [
        f"| `{', '.join(p.opts)}` | {getattr(p, 'help', '') or ''} | {_default(p)} |"
        for p in command.params
        if p.param_type_name == "option" and p.name != "help"
    ]
    return "\n".join(["| option | meaning | default |", "|---|---|---|", *rows]) if rows else ""


def _default(option: Any) -> str:
    value = option.default
    if value in (None, "", False) or callable(value):
        return ""
    return f"`{value:%Y-%m-%d}`" if hasattr(value, "strftime") else f"`{value}`"


def _code(value: object) -> str:
    return "" if value in ("", None, ()) else f"`{value}`"


def settings() -> str:
    """Every setting of the service with its sentence and default."""
    from serving.settings import described

    rows = [f"| `{name}` | {sentence} | {_code(default)} |" for name, (default, sentence) in described().items()]
    head = "# Settings of the service\n\nGenerated from the code by `make docs`. Read from the environment at start-up."
    return "\n".join([head, "", "| variable | meaning | default |", "|---|---|---|", *rows]) + "\n"


PAGES = {"docs/cli.md": command_line, "docs/settings.md": settings}


def main() -> int:
    """Write or check every generated page."""
    check = "--check" in sys.argv
    stale = []
    for name, build in PAGES.items():
        path, text = ROOT / name, build()
        if not path.exists() or path.read_text() != text:
            stale.append(name)
            if not check:
                path.write_text(text)
    failed = [b for b in BUILDERS if subprocess.run([sys.executable, ROOT / b, *sys.argv[1:]], cwd=ROOT).returncode]
    if check and (stale or failed):
        print(f"out of date: {', '.join(stale + failed)}. Run `make docs` and commit what it writes.", file=sys.stderr)
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
