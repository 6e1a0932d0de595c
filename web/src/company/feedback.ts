/** Feedback on the outcome of a lead; scores are evaluated with it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";

export type Outcome = Schemas["FeedbackGiven"]["outcome"];

export const OUTCOMES: { outcome: Outcome; label: string }[] = [
  { outcome: "won", label: "Won" },
  { outcome: "lost", label: "Lost" },
  { outcome: "not_a_fit", label: "Not a fit" },
  { outcome: "wrong_contact", label: "Wrong contact" },
];

export const labelOf = (outcome: Outcome): string => OUTCOMES.find((it) => it.outcome === outcome)?.label ?? outcome;

export function useFeedback() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ companyId, outcome }: { companyId: number; outcome: Outcome }) =>
      data(
        api.POST("/leads/{company_id}/feedback", {
          params: { path: { company_id: companyId } },
          body: { outcome, note: null },
        }),
      ),
    onSuccess: (_, { companyId }) =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["company", companyId] }),
        client.invalidateQueries({ queryKey: ["timeline", companyId] }),
      ]),
  });
}
