import { expect, test } from "vitest";

import { criterionName, evidenceOf, metBy } from "./criteria";

test("the evidence of an industry is said without the codes of the profile", () => {
  const said = (nearness: string): string | null =>
    evidenceOf({ name: "industry", evidence: `SSIC 2020 25997: ${nearness}; the ICP asks for 2020:2591, 2020:2822` });
  expect(said("within")).toBe("Among the industries of your profile (SSIC 25997)");
  expect(said("same section")).toBe("In the same section as an industry of your profile (SSIC 25997)");
  expect(said("other")).toBe("Far from the industries of your profile (SSIC 25997)");
});

test("other evidence keeps its words, and the profile its name on the page", () => {
  expect(evidenceOf({ name: "size", evidence: "68 employees; the ICP asks for at least 10" })).toBe("68 employees; your profile asks for at least 10");
  expect(evidenceOf({ name: "technologies", evidence: "none of the ICP's technologies was found" })).toBe("None of your profile's technologies was found");
  expect(evidenceOf({ name: "reachable", evidence: "kok.lim@a.sg" })).toBe("kok.lim@a.sg");
  expect(evidenceOf({ name: "technology", evidence: "jquery, wordpress" })).toBe("Jquery, wordpress");
  expect(evidenceOf({ name: "hiring", evidence: null })).toBeNull();
});

test("a criterion that this page does not know has a name all the same", () => {
  expect([criterionName("verified_email"), criterionName("new_thing")]).toEqual(["Verified e-mail", "New thing"]);
  expect(metBy("new_thing")).toBe("“New thing”, fully met,");
});
