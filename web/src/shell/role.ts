import { useQuery } from "@tanstack/react-query";

import { me } from "@/api/queries";
import { useSession } from "@/api/session";

/** The user's role, as the gateway says; until it has, as the token does. */
export function useRole(): string | undefined {
  const session = useSession();
  const { data } = useQuery(me(session?.token, session?.tenantId));
  return data?.role ?? session?.role;
}
