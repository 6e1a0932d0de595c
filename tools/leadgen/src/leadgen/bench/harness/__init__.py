"""Parts that several measurements share: servers, processes under test, events, waiting, and baselines."""
