"""The vendor of a language model: the chat API, its answers from the text that it is sent, and its faults."""
