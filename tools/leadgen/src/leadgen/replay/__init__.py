"""`leadgen replay` and `leadgen rewind`: handle a slice of a topic again, in one consumer group only."""
