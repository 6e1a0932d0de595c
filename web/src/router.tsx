/** The page's paths, all below /app. Views other than the chat are loaded when they are first opened. */
import { createRootRoute, createRoute, createRouter, Link, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { Compass } from "lucide-react";

import { ChatView } from "./chat/ChatView";
import { Shell } from "./shell/Shell";
import { Empty, Failed } from "./ui/states";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => (
    <div className="p-6">
      <Empty icon={Compass} title="There is no such page">
        <Link to="/chat" className="text-accent hover:underline">
          To the chat
        </Link>
      </Empty>
    </div>
  ),
  errorComponent: ({ error, reset }) => (
    <div className="p-6">
      <Failed error={error} again={reset} />
    </div>
  ),
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/chat", replace: true });
  },
});
const chat = createRoute({ getParentRoute: () => root, path: "/chat", component: ChatView });
const conversation = createRoute({ getParentRoute: () => root, path: "/chat/$conversationId", component: ChatView });
const company = createRoute({
  getParentRoute: () => root,
  path: "/companies/$companyId",
  component: lazyRouteComponent(() => import("./company/CompanyView"), "CompanyView"),
});

export const router = createRouter({
  routeTree: root.addChildren([home, chat, conversation, company]),
  basepath: "/app",
  defaultPreload: "intent",
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
