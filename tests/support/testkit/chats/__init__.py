"""Chats with the gateway: conversations about one request, and the agent protocol."""
