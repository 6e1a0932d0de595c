"""`python -m nightly`."""

from nightly.main import main

main()
