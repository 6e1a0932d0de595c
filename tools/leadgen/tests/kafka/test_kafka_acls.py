"""Rights of the services' users at Kafka, as deploy/topics.yaml makes them."""

from leadgen.kafka.acls import OPERATOR, Acl, acls, user_of
from leadgen.kafka.topics import Topics, read_topics

TOPICS = Topics.model_validate(
    {
        "defaults": {"partitions": 1, "retention_days": 1, "dlq_retention_days": 1},
        "topics": {
            "asked.v1": {"kind": "command", "key": "tenant", "producers": ["gateway"], "consumers": ["scorer"]},
            "scored.v1": {"kind": "fact", "key": "tenant", "producers": ["scorer"], "consumers": ["gateway"]},
            "again.v1": {"kind": "command", "key": "tenant", "producers": ["scorer"], "consumers": ["scorer"]},
        },
    }
)


def test_a_service_reads_what_it_consumes_and_writes_what_it_produces_and_its_dead_letters() -> None:
    """With its own group, and nothing else."""
    assert acls(TOPICS)[user_of("scorer")] == [
        Acl("group", "scorer", ("Describe", "Read")),
        Acl("topic", "again.v1", ("Describe", "Read", "Write")),
        Acl("topic", "again.v1.dlq", ("Describe", "Write")),
        Acl("topic", "asked.v1", ("Describe", "Read")),
        Acl("topic", "asked.v1.dlq", ("Describe", "Write")),
        Acl("topic", "scored.v1", ("Describe", "Write")),
    ]


def test_the_gateway_listens_without_group_or_dead_letters() -> None:
    """It only shows what happens."""
    assert acls(TOPICS)[user_of("gateway")] == [
        Acl("topic", "asked.v1", ("Describe", "Write")),
        Acl("topic", "scored.v1", ("Describe", "Read")),
    ]


def test_only_the_operator_creates_topics() -> None:
    """Every topic there is, dead letters among them; no service creates any."""
    rights = acls(read_topics())
    creators = {(user, it.name) for user, list_ in rights.items() for it in list_ if "Create" in it.operations}
    assert creators == {(OPERATOR, topic.name) for topic in read_topics().wanted()}
