"""Every published policy the scrubber applies, one rule a file; importing this package registers them all."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

for _module in sorted(m.name for m in walk_packages(__path__, f"{__name__}.") if not m.ispkg):
    import_module(_module)
