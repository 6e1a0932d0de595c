"""`leadgen replay` and `leadgen rewind`: handles a slice of a topic again, in one consumer group alone."""
