"""The content of a chat's stream: its messages and the closing summary. Pure."""
