"""The fields that a lead has in every list."""

from datetime import datetime

from pydantic import BaseModel, Field

from common.contracts import Bucket


class ScoredCompany(BaseModel):
    """A company with its score."""

    company_id: int = Field(examples=[42])
    uen: str = Field(examples=["201912345K"])
    name: str = Field(examples=["ACME PRECISION PTE. LTD."])
    industry_norm: str | None = Field(examples=["forging, pressing and stamping of metal"])
    website_domain: str | None = Field(examples=["acme.sg"])
    score: float = Field(examples=[0.8125])
    bucket: Bucket
    confidence: float | None = Field(examples=[0.75])
    has_icp: bool | None
    rationale: str
    model_version: str = Field(examples=["2026-11-2"])
    enriched_at: datetime
