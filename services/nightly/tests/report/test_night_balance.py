"""The balance of a run: whatever stands where, each step is explained, or says by how much it is not."""

from hypothesis import given
from hypothesis import strategies as st

from nightly.report.company_progress import CompanyProgress, balance_of
from nightly.report.night import STAGES, Balance, Durations, Night, Rest, Spend, TenantNight
from nightly.report.reasons import general, grouped, vendor_issues
from testkit.nights.runs import NIGHT, STARTED

#: Every state that `run_companies` can hold together with what the other tables say then.
POSSIBLE = [
    CompanyProgress("requested", False, False, False),
    CompanyProgress("enriching", True, False, False),
    CompanyProgress("dead", True, False, False, dead_at="enrich"),
    CompanyProgress("scoring", True, True, False),
    CompanyProgress("dead", True, True, False, dead_at="score"),
    CompanyProgress("syncing", True, True, True),
    CompanyProgress("odoo_waiting", True, True, True),
    CompanyProgress("dead", True, True, True, dead_at="sync"),
    CompanyProgress("unsynced", True, True, True),
    CompanyProgress("unsynced", True, True, True, link="deleted"),
    CompanyProgress("no_connection", True, True, True, link="no_connection"),
    CompanyProgress("held_back", True, True, True, link="blocked"),
    CompanyProgress("held_back", True, True, True, link="refused"),
    CompanyProgress("synced", True, True, True, link="synced"),
    # `run_companies` is read from time to time: the stages may be ahead of it.
    CompanyProgress("requested", True, True, True, link="synced"),
    CompanyProgress("enriching", True, True, True, link="no_connection"),
    CompanyProgress("syncing", True, True, True, link="refused"),
]
ANY = st.builds(
    CompanyProgress,
    st.sampled_from(sorted({it.state for it in POSSIBLE})),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "synced", "no_connection", "blocked", "refused", "deleted"]),
    st.sampled_from([None, "enrich", "score", "sync"]),
)


@given(companies=st.lists(st.sampled_from(POSSIBLE), max_size=40))
def test_a_night_that_can_be_is_balanced(companies: list[CompanyProgress]) -> None:
    """Published is synced and the rests together, to the last company."""
    balance = balance_of(len(companies), companies)

    assert balance.is_balanced
    assert balance.reached[0] == balance.reached[-1] + sum(rest.companies for rest in balance.rests)


@given(companies=st.lists(ANY, max_size=40), published=st.integers(0, 50))
def test_what_is_not_explained_is_counted(companies: list[CompanyProgress], published: int) -> None:
    """What is not explained is counted, whatever the tables say: the differences are what is missing between published,
    synced and the rests.
    """
    balance = balance_of(published, companies)

    explained = balance.reached[-1] + sum(rest.companies for rest in balance.rests)
    assert sum(balance.differences) == published - explained
    assert list(balance.reached[1:]) == sorted(balance.reached[1:], reverse=True)
    assert balance.is_balanced == (balance.unexplained == 0)


def test_states_that_contradict_the_tables_explain_nothing() -> None:
    """An end that no table knows of, or a dead letter of a stage that the company has passed."""
    for company in (
        CompanyProgress("synced", True, True, True),
        CompanyProgress("no_connection", True, True, True),
        CompanyProgress("held_back", True, True, True, link="no_connection"),
        CompanyProgress("synced", True, True, False),
        CompanyProgress("dead", True, True, False, dead_at="enrich"),
        CompanyProgress("dead", True, True, True, dead_at="score"),
    ):
        assert balance_of(1, [company]).unexplained == 1, company


def test_differences_of_two_tenants_do_not_cancel_out() -> None:
    """One too many and one too few are two faults."""
    tenants = tuple(
        TenantNight(number, "T", "run", "done", STARTED, STARTED, 20, Balance(reached))
        for number, reached in ((1, (3, 3, 3, 3, 2)), (2, (2, 2, 2, 2, 3)))
    )

    assert not Night(NIGHT, tenants).is_balanced


def test_the_sums_of_a_night_are_those_of_its_tenants() -> None:
    """Rests of one cause together, caps only where every tenant has one, and durations of all companies as one list."""

    def tenant(number: int, cap: int | None, ms: tuple[int, ...]) -> TenantNight:
        spend = (Spend("tavily", "credits", 5, cap, 3), Spend("lusha", "credits", 1, 10))
        balance = Balance((3, 2, 2, 2, 2), (Rest(STAGES[0], "not taken over yet", 1),))
        steps = (Durations("crawl", ms),)
        return TenantNight(number, "T", "r", "done", STARTED, STARTED, 20, balance, spend, steps, (("why", 2),))

    night = Night(NIGHT, (tenant(1, 8, (10, 30)), tenant(2, None, (20,))))

    assert night.balance == Balance((6, 4, 4, 4, 4), (Rest(STAGES[0], "not taken over yet", 2),))
    assert night.spend == (Spend("tavily", "credits", 10, None, 6), Spend("lusha", "credits", 2, 20))
    (crawl,) = night.durations
    assert [crawl.percentile(share) for share in (0.0, 0.5, 1.0)] == [10, 20, 30]
    assert night.degraded == (("why", 4),)


def test_reasons_are_grouped_without_what_is_particular_to_a_company() -> None:
    """Paths, hosts and figures; the vendors' reasons stay as they are."""
    assert general("/about/team: HTTP 404") == general("/jobs: HTTP 404") == "a page: HTTP 404"
    assert general("http: the name acme.sg does not resolve") == "http: the name of the site does not resolve"
    assert general("robots.txt forbids 3 key pages") == "robots.txt forbids some key pages"
    assert general("lusha: out of budget") == "lusha: out of budget"
    assert grouped([["/a: HTTP 404", "/b: HTTP 404"], ["/c: HTTP 404", "x"]]) == (("a page: HTTP 404", 2), ("x", 1))


def test_a_vendor_that_needs_a_person_says_so() -> None:
    """A refused key or an empty account; a cap that is used up is only noted, and a thin page is nothing to tell."""
    issues = vendor_issues(
        [
            ("tavily: HTTP 401 (key refused)", 3),
            ("lusha: HTTP 402 (out of credits)", 1),
            ("openai: out of budget", 2),
            ("zerobounce: no key", 2),
            ("zerobounce: HTTP 500", 2),
            ("no website known", 9),
        ]
    )

    assert [(it.urgency, it.words.partition(":")[0]) for it in issues] == [
        ("act", "tavily was left out for 3 companies"),
        ("act", "lusha was left out for 1 company"),
        ("note", "openai was left out for 2 companies"),
        ("note", "zerobounce was left out for 2 companies"),
    ]
    assert "`TAVILY_API_KEY`" in issues[0].advice
