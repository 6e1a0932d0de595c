"""The demo: the whole product on one machine, and one chat message that becomes ten scored leads."""
