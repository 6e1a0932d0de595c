-- A rep may delete a conversation.
GRANT DELETE ON agent_threads, agent_runs, agent_checkpoints TO leadgen_service;
