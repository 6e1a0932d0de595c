import { expect, test } from "vitest";

import { sessionOf } from "./session";

const token = (claims: unknown): string => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;

test("a token says who is signed in", () => {
  const given = token({ sub: "rep@demo.example", tenant_id: 3, role: "sdr", exp: 2_000_000_000 });
  expect(sessionOf(` ${given}\n`)).toEqual({ token: given, user: "rep@demo.example", tenantId: 3, isChosen: false, role: "sdr", until: 2e12 });
  expect(sessionOf(token({ sub: "Zoë", exp: 1 }))).toMatchObject({ user: "Zoë", tenantId: 0, role: "rep" });
});

test.each(["", "abc", "a.b.c", "a.!!!.c", token(7), token(null), token({ sub: 1, exp: 1 }), token({ sub: "x" })])(
  "what is no token signs nobody in: %s",
  (given) => {
    expect(sessionOf(given)).toBeNull();
  },
);
