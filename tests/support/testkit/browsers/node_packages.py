"""Packages from npm for a test's script in JavaScript, installed once per machine."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "leadgen" / "node"


def installed(folder: Path, script: str) -> Path:
    """Installs the packages of the folder's lock file into the cache, and returns the folder there, with the script."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.fail("These tests need Node.js 20 or later with npm. Without it, leave them out: pytest -m 'not node'")
    files = [folder / name for name in ("package.json", "package-lock.json", script)]
    place = CACHE / hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as made:
            for file in files:
                shutil.copy(file, made)
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.fail(f"npm cannot install {folder / 'package-lock.json'}:\n{done.stderr}")
            if not place.exists():  # another run may have been faster
                Path(made).rename(place)
                Path(made).mkdir()
    return place
