"""`make release` on a copy of this checkout: wheels, manifests, notes and checksums, without images."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

pytestmark = [pytest.mark.kubernetes, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = "libs/common/src/common/contracts.py"
LAST_CONTRACTS = "tests/support/last_version/contracts.py"
NOTES = "## [0.1.0] - 2026-11-30\n\n- The first one.\n\n## [Unreleased]\n\n- Not of this one.\n"


def git(folder: Path, *arguments: str) -> str:
    name = ("-c", "user.name=test", "-c", "user.email=test@leadgen.example")
    done = subprocess.run(["git", *name, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with the files of this one, as they are now, in one commit, and notes for version 0.1.0."""
    copy = tmp_path / "checkout"
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines():
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    (copy / "CHANGELOG.md").write_text(NOTES, encoding="utf-8")
    shutil.copy2(copy / CONTRACTS, copy / LAST_CONTRACTS)
    git(copy, "init", "--quiet")
    git(copy, "add", "--all")
    git(copy, "commit", "--quiet", "--message", "a release")
    return copy


def release(checkout: Path, expect: int = 0) -> str:
    done = subprocess.run(
        [checkout / "deploy/release"],
        env={**os.environ, "IMAGES": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_release_is_whole(checkout: Path) -> None:
    """A wheel of each package, the production manifests with this version, its notes alone, and matching checksums."""
    release(checkout)

    made = checkout / "dist" / "0.1.0"
    packages = git(checkout, "ls-files", "*/pyproject.toml").splitlines()
    assert len(list((made / "wheels").glob("leadgen*-0.1.0-py3-none-any.whl"))) == len(packages)
    manifests = list(yaml.safe_load_all((made / "manifests" / "leadgen.yaml").read_text(encoding="utf-8")))
    images = {
        container["image"]
        for it in manifests
        if it["kind"] == "Deployment"
        for container in it["spec"]["template"]["spec"]["containers"]
    }
    assert len(images) == 6
    assert all(re.fullmatch(r"registry\.example/leadgen-[a-z-]+:0\.1\.0", image) for image in images)
    notes = (made / "NOTES.md").read_text(encoding="utf-8")
    assert "The first one." in notes
    assert "Not of this one." not in notes
    assert git(checkout, "rev-parse", "HEAD") in notes
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=made, check=True)


def test_a_release_is_refused_without_notes_or_contracts_and_with_changes(checkout: Path) -> None:
    """Nothing is made; the message says what is missing."""
    (checkout / "CHANGELOG.md").write_text("## [Unreleased]\n", encoding="utf-8")
    assert "not committed" in release(checkout, expect=1)
    git(checkout, "commit", "--quiet", "--all", "--message", "no notes")
    assert "no section '## 0.1.0'" in release(checkout, expect=1)
    (checkout / "CHANGELOG.md").write_text(NOTES, encoding="utf-8")
    (checkout / LAST_CONTRACTS).write_text("", encoding="utf-8")
    git(checkout, "commit", "--quiet", "--all", "--message", "contracts that the next version would not be tested with")
    assert "cp libs/common/src/common/contracts.py" in release(checkout, expect=1)
    assert not (checkout / "dist").exists()
