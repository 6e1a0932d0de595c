"""Ends of the command when it cannot go on: one line with the cause, and an exit code; no traceback."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from embedded.hold import hold
from leadgen.command_line.exit_codes import run_or_exit
from leadgen.local.stack import NoSpace, require_space

#: Ctrl-C while the command's modules are imported.
INTERRUPTED = """
import sys

class Interrupt:
    def find_spec(self, name, *_):
        if name == "leadgen.cli":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
from leadgen.__main__ import main
main()
"""


def test_ctrl_c_while_modules_are_imported_is_quiet() -> None:
    """The exit code is that of an interrupt."""
    ended = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_a_folder_that_another_leadgen_up_uses_is_refused(tmp_path: Path) -> None:
    """Before anything is started; its kept ports stay as they are."""
    held = hold(tmp_path / "leadgen")
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "leadgen", "up", "--data", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        os.close(held)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "in use by another run" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["leadgen.lock"]


def test_too_little_space_is_reported_before_the_start(tmp_path: Path) -> None:
    """With what is free, what is needed, and what to do."""
    with pytest.raises(NoSpace, match=r"MB are free in .*; PostgreSQL and Kafka need 1099511627776: free some, or"):
        require_space(tmp_path, 2**60)
    require_space(tmp_path, 0)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device: free some, or write elsewhere\n"),
        (PermissionError(errno.EACCES, "Permission denied", "leads.json"), "leads.json: Permission denied\n"),
    ],
)
def test_a_file_that_cannot_be_written_is_a_line(error: OSError, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With the file, if it is known, and exit code 1."""

    async def fail() -> None:
        raise error

    with pytest.raises(typer.Exit) as ended:
        run_or_exit(fail())
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == line


def test_other_errors_of_the_system_are_ours_to_mend() -> None:
    """They are not hidden."""

    async def fail() -> None:
        raise OSError(errno.EBADF, "Bad file descriptor")

    with pytest.raises(OSError, match="Bad file"):
        run_or_exit(fail())
