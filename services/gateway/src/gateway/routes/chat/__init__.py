"""Routes of conversations: the chat, the agent protocol, and the page for people."""
