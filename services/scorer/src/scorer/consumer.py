"""Scores each enriched company and announces the lead."""

from common.contracts import CompanyEnriched
from common.stage import Batch, Stage
from scorer import features, scores
from scorer.rating import newest, rate
from scorer.rubric import Rubric


def scorer(rubric: Rubric) -> Stage:
    """company.enriched in, lead.scored out; both tables hold the newest visit of each company."""
    stage = Stage("scorer")

    @stage.handles(CompanyEnriched, batch=200)
    async def score(work: Batch[CompanyEnriched]) -> None:
        """Repeatable: the same events rewrite the same rows and announce the same leads."""
        ratings = [rate(item.event, rubric) for item in work.items]
        kept = newest(ratings)
        await features.save(work.tx, kept)
        await scores.save(work.tx, kept)
        for item, rating in zip(work.items, ratings, strict=True):
            work.announce(rating.announcement(scored_at=work.now), cause=item)

    return stage
