"""Memory and processor time of a process under test, from Linux's /proc."""

import os
import re
from pathlib import Path

from leadgen.local.service import Service


def peak_rss_mb(service: Service) -> int | None:
    """Returns the largest resident set so far, in MB; `None` without /proc."""
    found = re.search(r"VmHWM:\s*(\d+) kB", _read(service, "status"))
    return int(found[1]) // 1024 if found else None


def cpu_s(service: Service) -> float:
    """Returns the seconds of user and system time so far; 0 without /proc. Format: proc_pid_stat(5)."""
    fields = _read(service, "stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _read(service: Service, file: str) -> str:
    path = Path("/proc", str(service.child.pid if service.child else 0), file)
    return path.read_text() if path.is_file() else ""
