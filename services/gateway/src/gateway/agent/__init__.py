"""The LangGraph server protocol, as far as chat clients use it: threads, their states, runs, and streams of events."""
