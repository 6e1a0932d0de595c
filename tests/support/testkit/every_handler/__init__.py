"""Every handler of every stage: how its events are made, and what follows from them."""
