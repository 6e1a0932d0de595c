-- A consumer's intake reads which part of its topics was rewound to be handled again.
GRANT SELECT ON replays TO leadgen_service;
