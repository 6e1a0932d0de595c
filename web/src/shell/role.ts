import { useQuery } from "@tanstack/react-query";

import { me } from "@/api/queries";
import { useSession } from "@/api/session";

/** The tenant's name; until the gateway has said it, its number. */
export function useTenantName(): string {
  const session = useSession();
  const { data } = useQuery(me(session?.token, session?.tenantId));
  const tenantId = session?.tenantId ?? 0;
  return data?.tenants.find((it) => it.tenant_id === tenantId)?.name ?? `Tenant ${tenantId}`;
}

/** The user's role, as the gateway says; until it has, as the token does. */
export function useRole(): string | undefined {
  const session = useSession();
  const { data } = useQuery(me(session?.token, session?.tenantId));
  return data?.role ?? session?.role;
}
