"""The event contracts as the last version of Leadgen has them, which runs beside this one during a deploy.

`contracts.py` is a copy of that version's `common/contracts.py`, never edited by hand. The commit that makes a release
renews it (CONTRIBUTING.md); `deploy/release` refuses one that was not.
"""
