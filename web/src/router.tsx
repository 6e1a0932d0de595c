/** The page's paths, all below /app. Views other than the chat are loaded when they are first opened. */
import { createRootRoute, createRoute, createRouter, Link, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { Compass } from "lucide-react";

import { ChatView } from "./chat/ChatView";
import { readFilters } from "./leads/filters/filters";
import { Shell } from "./shell/Shell";
import { Empty, Failed } from "./ui/states";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => (
    <div className="p-6">
      <Empty icon={Compass} title="There is no such page">
        <Link to="/chat" className="text-accent hover:underline">
          Go to the chat
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
const shortlist = createRoute({
  getParentRoute: () => root,
  path: "/shortlist",
  validateSearch: ({ date }: Record<string, unknown>): { date?: string } =>
    typeof date === "string" && /^\d{4}-\d\d-\d\d$/.test(date) ? { date } : {},
  component: lazyRouteComponent(() => import("./shortlist/ShortlistView"), "ShortlistView"),
});
const scores = createRoute({
  getParentRoute: () => root,
  path: "/scores",
  validateSearch: readFilters,
  component: lazyRouteComponent(() => import("./leads/ScoresView"), "ScoresView"),
});
const candidates = createRoute({
  getParentRoute: () => root,
  path: "/candidates",
  validateSearch: readFilters,
  component: lazyRouteComponent(() => import("./leads/CandidatesView"), "CandidatesView"),
});
const icp = createRoute({
  getParentRoute: () => root,
  path: "/icp",
  component: lazyRouteComponent(() => import("./icp/IcpView"), "IcpView"),
});
const jobs = createRoute({
  getParentRoute: () => root,
  path: "/jobs",
  component: lazyRouteComponent(() => import("./jobs/JobsView"), "JobsView"),
});
const metrics = createRoute({
  getParentRoute: () => root,
  path: "/metrics",
  component: lazyRouteComponent(() => import("./metrics/MetricsView"), "MetricsView"),
});
const nights = createRoute({
  getParentRoute: () => root,
  path: "/nights",
  component: lazyRouteComponent(() => import("./nights/NightsView"), "NightsView"),
});
const deadLetters = createRoute({
  getParentRoute: () => root,
  path: "/dead-letters",
  component: lazyRouteComponent(() => import("./deadLetters/DeadLettersView"), "DeadLettersView"),
});
const access = createRoute({
  getParentRoute: () => root,
  path: "/access",
  component: lazyRouteComponent(() => import("./access/AccessView"), "AccessView"),
});
const odoo = createRoute({
  getParentRoute: () => root,
  path: "/odoo",
  component: lazyRouteComponent(() => import("./odoo/OdooView"), "OdooView"),
});
const company = createRoute({
  getParentRoute: () => root,
  path: "/companies/$companyId",
  component: lazyRouteComponent(() => import("./company/CompanyView"), "CompanyView"),
});

export const router = createRouter({
  routeTree: root.addChildren([home, chat, conversation, shortlist, scores, candidates, icp, jobs, metrics, nights, deadLetters, access, odoo, company]),
  basepath: "/app",
  defaultPreload: "intent",
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
