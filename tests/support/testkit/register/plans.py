"""Plans of statements, as EXPLAIN tells them when the statements have run."""

from collections.abc import Iterator, Mapping
from typing import Any

REGISTERED = "staging_acra_companies"


class Plan:
    """A plan as EXPLAIN tells it when the statement has run."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.nodes = list(_nodes(root))

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes if "Index Name" in node}

    @property
    def read_whole(self) -> set[str]:
        """Tables that were read from the beginning to the end."""
        return {node["Relation Name"] for node in self.nodes if node["Node Type"].endswith("Seq Scan")}

    @property
    def looked_at(self) -> float:
        """Entries of the register that were looked at, the ones that did not match included."""
        looked_at: float = sum(
            (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            for node in self.nodes
            if node.get("Relation Name") == REGISTERED
        )
        return looked_at


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for part in node.get("Plans", ()):
        yield from _nodes(part)
