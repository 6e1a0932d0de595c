import { useQuery } from "@tanstack/react-query";
import { Building } from "lucide-react";
import { useEffect } from "react";

import { me as meQuery } from "@/api/queries";
import { chooseTenant, signOut, useSession } from "@/api/session";
import { Button } from "@/ui/button";
import { Failed, Loading } from "@/ui/states";
import { Card } from "@/ui/surface";

import { Mark } from "./Mark";

/** For a user whose token names no tenant: lets one choose, if there is a choice. */
export function ChooseTenant() {
  const session = useSession();
  const { data: me, error, refetch } = useQuery(meQuery(session?.token, session?.tenantId));
  const only = me?.tenant_id ?? (me?.tenants.length === 1 ? me.tenants[0]?.tenant_id : undefined);
  useEffect(() => {
    if (only) chooseTenant(only);
  }, [only]);
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-md space-y-4">
        <Mark />
        {error ? (
          <Failed error={error} again={() => void refetch()} />
        ) : !me ? (
          <Loading rows={1} label="Your tenants are loading" />
        ) : (
          <Card className="space-y-4 p-6">
            <h1 className="text-xl font-semibold tracking-tight">{me.tenants.length > 0 ? "Choose a tenant" : "No tenant yet"}</h1>
            {me.tenants.length === 0 && (
              <p className="text-sm text-faint">{me.subject} belongs to no tenant. An admin of your tenant can add you, under “Users and keys”.</p>
            )}
            <ul className="space-y-2">
              {me.tenants.map((tenant) => (
                <li key={tenant.tenant_id}>
                  <Button className="w-full justify-start" onClick={() => chooseTenant(tenant.tenant_id)}>
                    <Building aria-hidden />
                    {tenant.name}
                    <span className="ml-auto text-xs text-faint">{tenant.role}</span>
                  </Button>
                </li>
              ))}
            </ul>
            <Button look="quiet" size="small" onClick={() => signOut()}>
              Sign out
            </Button>
          </Card>
        )}
      </div>
    </main>
  );
}
