/** Criteria of a score as a rep reads them: names, evidence, and what one of them would make of the score. Pure. */
import type { Schemas } from "@/api/client";
import { capitalised, words } from "@/format";

type Contribution = Schemas["Contribution"];

/** Each criterion's name, and the subject of "... would make it 0.71" if it were fully met. */
const CRITERIA: Record<string, { label: string; met: string }> = {
  industry: { label: "Industry", met: "An industry of your profile" },
  size: { label: "Company size", met: "A size within your profile" },
  age: { label: "Age", met: "An age within your profile" },
  geography: { label: "Location", met: "A location of your profile" },
  technologies: { label: "Technologies of your profile", met: "All technologies of your profile" },
  site_live: { label: "Website", met: "A live website" },
  hiring: { label: "Hiring", met: "Open roles" },
  technology: { label: "Website's technology", met: "A website whose technology shows" },
  pricing: { label: "Prices", met: "Published prices" },
  customers: { label: "Customers", met: "Named customers" },
  news: { label: "News", met: "Recent news" },
  reachable: { label: "Ways to reach it", met: "A person's own address" },
  decision_maker: { label: "Decision-maker", met: "A named decision-maker" },
  verified_email: { label: "Verified e-mail", met: "A verified e-mail" },
};

/** A criterion of a newer model is named as it is. */
export const criterionName = (name: string): string => CRITERIA[name]?.label ?? words(name);

export const metBy = (name: string): string => CRITERIA[name]?.met ?? `“${criterionName(name)}”, fully met,`;

const INDUSTRY = /^SSIC (?:\d{4} )?(\S+): (.+?); the ICP asks for /;
const NEARNESS: Record<string, string> = {
  within: "Among the industries of your profile",
  "second activity": "Its second activity is among the industries of your profile",
  other: "Far from the industries of your profile",
};

/** The evidence of a criterion, without the codes that the scorer notes for the record. */
export function evidenceOf({ name, evidence }: Pick<Contribution, "name" | "evidence">): string | null {
  if (!evidence) return null;
  const industry = name === "industry" ? INDUSTRY.exec(evidence) : null;
  if (industry) {
    const [, code, nearness] = industry;
    return `${NEARNESS[nearness!] ?? `In the ${nearness} as an industry of your profile`} (SSIC ${code})`;
  }
  const said = evidence.replaceAll("the ICP's", "your profile's").replaceAll("the ICP", "your profile");
  return /^[a-z]+(?![^\s;:,])/.test(said) ? capitalised(said) : said; // an address keeps its letters
}
