/** Saves a list as CSV: asked for with the token, which a plain link could not send. */
import { useMutation } from "@tanstack/react-query";

import { send } from "@/api/client";

export function useCsv(path: string, fileName: string) {
  return useMutation({
    mutationFn: async () => {
      save(await (await send(path)).blob(), fileName);
    },
  });
}

export function save(blob: Blob, fileName: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
