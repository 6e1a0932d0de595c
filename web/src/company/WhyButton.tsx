/** The button that answers for a card or a row: why is this here, where is it from, what did it cost. */
import { CircleHelp } from "lucide-react";
import { lazy, Suspense, useState } from "react";

import { companyName } from "@/format";
import { Button } from "@/ui/button";

const WhyDialog = lazy(() => import("./WhyDialog"));

export function WhyButton({ companyId, name }: { companyId: number; name: string }) {
  const [isShown, show] = useState(false);
  return (
    <>
      <Button look="quiet" size="icon" className="size-7" title="Why the company is listed, sources, and cost" aria-label={`Origin of ${name}`} onClick={() => show(true)}>
        <CircleHelp aria-hidden />
      </Button>
      {isShown && (
        <Suspense>
          <WhyDialog companyId={companyId} name={companyName(name)} close={() => show(false)} />
        </Suspense>
      )}
    </>
  );
}
