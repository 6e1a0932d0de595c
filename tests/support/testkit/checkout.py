"""Folders of the checkout that tests read."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

#: Large public data beside the checkout: whoever has none skips the tests that read it.
SHARED = ROOT.parent / "shared"
