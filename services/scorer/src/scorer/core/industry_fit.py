"""Distance of a company's activities from the industries of an ICP, in steps of SSIC's hierarchy. Pure.

Codes are compared within their own version of SSIC. An ICP that names no code of a version means the corresponding
codes of that version.
"""

from collections.abc import Iterable

from common.contracts import Company
from industries.ssic.concordance import Concordance
from industries.ssic.hierarchy import LEVELS, Hierarchy, VersionedCode
from industries.ssic.versions import read_code
from scorer.core.finding import REGISTER, Finding, plain

#: Names of findings by the number of steps up from the company's code to a code that it shares with the ICP.
BY_STEPS = ("within", "same_class", "same_group", "same_division", "same_section", "other")

_LONGEST_TITLE = 70


class SsicVersions:
    """The loaded versions of SSIC."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self.hierarchy = hierarchy
        self._concordance = Concordance(hierarchy)

    def icp_codes(self, codes: Iterable[str]) -> tuple[VersionedCode, ...]:
        """Expands an ICP's entries to codes in every loaded version; "25" stands for 25 in each version that has it."""
        keys: dict[VersionedCode, None] = {}
        for entry in codes:
            version, colon, code = entry.partition(":")
            versions = [version] if colon else self.hierarchy.versions
            keys.update(dict.fromkeys(VersionedCode(each, code if colon else entry) for each in versions))
        return self._concordance.in_all_versions(key for key in keys if key in self.hierarchy)

    def company_codes(self, version: str | None, code: str) -> list[VersionedCode]:
        """Returns a company's code in its version; without a version, in each version that has the code."""
        if version is None:
            return read_code(code, self.hierarchy)
        key = VersionedCode(version, code)
        return [key] if key in self.hierarchy else []

    def label(self, key: VersionedCode) -> str:
        """Formats a code, such as "Manufacture of caps (SSIC 25912)"."""
        code = self.hierarchy.get(key)
        return f"{_titled(code.title)} (SSIC {key.code})" if code else f"SSIC {key.code}"


class IndustryFit:
    """The industries of one ICP, with a cache of the distances of codes; SSIC has a few thousand."""

    def __init__(self, codes: Iterable[str], ssic: SsicVersions) -> None:
        self._ssic = ssic
        self._icp_codes = ssic.icp_codes(codes)
        self._wanted = plain(", ".join(f"{key.version}:{key.code}" for key in self._icp_codes), 150)
        self._nearest: dict[tuple[str | None, str], tuple[int, VersionedCode | None] | None] = {}

    def finding(self, company: Company) -> Finding | None:
        """Judges the primary activity, or the secondary one if it is within the ICP and the primary is far from it."""
        near = self._steps(company.ssic_version, company.industry_code)
        if near is None:
            return None
        steps, aim = near
        second = self._steps(company.ssic_version, company.secondary_industry_code)
        if steps > 2 and second is not None and second[0] == 0:
            name, code, aim = "second_activity", company.secondary_industry_code, second[1]
        else:
            name, code = BY_STEPS[steps], company.industry_code
        asked = f"the ICP asks for {self._wanted}"
        evidence = f"SSIC {company.ssic_version or ''} {code}: {name.replace('_', ' ')}; {asked}".replace("  ", " ")
        return Finding(name, evidence, REGISTER, self._clause(name, aim, company))

    def _clause(self, name: str, aim: VersionedCode | None, company: Company) -> str:
        wanted = self._ssic.label(aim) if aim else ""
        match name:
            case "within":
                return f"{wanted} matches your ICP"
            case "second_activity":
                return f"{wanted} matches your ICP as its second activity"
            case "other":
                return f"{described_industry(company)} is outside your ICP"
        return f"{described_industry(company)} is in the {name.replace('_', ' ')} as {wanted} of your ICP"

    def _steps(self, version: str | None, code: str | None) -> tuple[int, VersionedCode | None] | None:
        """Finds the nearest code of the ICP and the steps to it; `None` if the codes cannot be compared."""
        if code is None:
            return None
        key = (version, code)
        if key not in self._nearest:
            self._nearest[key] = self._look(version, code)
        return self._nearest[key]

    def _look(self, version: str | None, code: str) -> tuple[int, VersionedCode | None] | None:
        keys = self._ssic.company_codes(version, code)
        aims = [aim for key in keys for aim in self._icp_codes if aim.version == key.version]
        if not keys or not aims:
            return None
        steps, aim = min((self._distance(key, aim), aim) for key in keys for aim in aims if aim.version == key.version)
        return (steps, aim) if steps < len(BY_STEPS) - 1 else (len(BY_STEPS) - 1, None)

    def _distance(self, key: VersionedCode, aim: VersionedCode) -> int:
        """Counts steps from a five-digit code, also if the company's code is shorter."""
        hierarchy = self._ssic.hierarchy
        if aim in hierarchy.upwards(key):
            return 0
        shorter = len(LEVELS) - len(list(hierarchy.upwards(key)))
        return min(hierarchy.distance(key, aim) + shorter, len(LEVELS))


def described_industry(company: Company) -> str:
    """Formats the company's industry as the register states it."""
    if not company.industry_code:
        return "An unknown industry"
    code = f"SSIC {plain(company.industry_code, 8)}"
    title = _titled(company.industry_norm or "")
    return f"{title} ({code})" if title else code


def _titled(title: str) -> str:
    """Converts an industry title in capitals to sentence case, and cuts a long one after a word."""
    title = plain(title, 2 * _LONGEST_TITLE)
    if len(title) > _LONGEST_TITLE:
        title = title.partition(" (")[0]
    if len(title) > _LONGEST_TITLE:
        title = title[:_LONGEST_TITLE].rpartition(" ")[0].rstrip(",;") + " …"
    return title.capitalize() if title.isupper() or title.islower() else title[:1].upper() + title[1:]
