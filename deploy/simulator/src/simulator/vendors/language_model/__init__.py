"""The simulated language model: the chat API, answers from the given text, and faults."""
