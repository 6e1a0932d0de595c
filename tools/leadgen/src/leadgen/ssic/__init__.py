"""Singapore's industry classification in `ssic_ref`: SSIC 2020 as the seed, other versions from official spreadsheets.

A version is loaded whole or not at all: half a classification would silently find half of the companies.
"""

from leadgen.ssic.codes import Code, NotAClassification
from leadgen.ssic.command import ssic_app
from leadgen.ssic.loading import LoadedVersion, load_ssic
from leadgen.ssic.seed import seed_ssic, ssic_2020

__all__ = ["Code", "LoadedVersion", "NotAClassification", "load_ssic", "seed_ssic", "ssic_2020", "ssic_app"]
