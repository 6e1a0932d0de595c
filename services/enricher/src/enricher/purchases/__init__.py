"""Paid calls to vendors: budgets, circuit breakers, retries and cached answers. Nothing is paid for twice."""
