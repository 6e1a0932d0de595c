-- Operators retry dead letters in the page too, so the gateway records what they do.
GRANT INSERT ON dead_letter_actions TO leadgen_service;
