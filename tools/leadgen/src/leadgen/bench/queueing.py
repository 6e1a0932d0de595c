"""A queueing model of a stage: workers that mostly wait for other systems, and sometimes need a processor. Pure.

Each worker has one event in hand: it waits (for websites, vendors, an Odoo), which holds up nobody else, and it works,
for which it may have to queue. That is a closed network of one delay and one station of equal servers, which mean value
analysis solves exactly (Reiser and Lavenberg, 1980, for a station whose rate depends on its load).
"""


def throughput(workers: int, wait_s: float, work_s: float, servers: int) -> float:
    """Returns the events per second of so many workers, of which `servers` can compute at the same time.

    Never more than `workers / (wait_s + work_s)`, nor than `servers / work_s`.
    """
    if workers < 1 or servers < 1 or wait_s < 0 or work_s <= 0:
        raise ValueError("a stage has workers, servers and work to do")
    rate = 0.0
    present = [1.0]  # the probability of so many workers at the station, with the network as large as so far
    for population in range(1, workers + 1):
        there = [work_s / min(place, servers) for place in range(1, population + 1)]
        stay_s = sum(place * there[place - 1] * present[place - 1] for place in range(1, population + 1))
        rate = population / (wait_s + stay_s)
        shares = [there[place - 1] * rate * present[place - 1] for place in range(1, population + 1)]
        present = [max(0.0, 1 - sum(shares)), *shares]
    return rate
