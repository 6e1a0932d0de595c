/** What surrounds every view: navigation, who is signed in, light or dark, and whether there is a connection. */
import { onlineManager } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { LogOut, Menu as MenuIcon, Monitor, MoonStar, Search, Sun, WifiOff, X } from "lucide-react";
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";

import { queryClient } from "@/api/queries";
import { signOut, useSession } from "@/api/session";
import { resume, stopAll } from "@/chat/sending/sending";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Menu, MenuItem } from "@/ui/menu";

import { ChooseTenant } from "./ChooseTenant";
import { Mark } from "./Mark";
import { useRole, useTenantName } from "./role";
import { SignIn } from "./SignIn";
import { setTheme, useTheme, type Theme } from "./theme";
import { viewsOf } from "./views";

const CommandPalette = lazy(() => import("./CommandPalette"));

export function Shell() {
  const session = useSession();
  const role = useRole();
  const tenant = useTenantName();
  const views = viewsOf(role);
  const isOnline = useSyncExternalStore((changed) => onlineManager.subscribe(changed), () => onlineManager.isOnline());
  const [isMenuShown, showMenu] = useState(false);
  const [isPaletteShown, showPalette] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });

  useEffect(() => {
    if (session && session.tenantId > 0) resume();
    return () => {
      stopAll();
      queryClient.clear(); // what was read is the user's own
    };
  }, [session]);
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey)) {
        event.preventDefault();
        showPalette((isShown) => !isShown);
      }
    }
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  useEffect(() => showMenu(false), [path]);

  if (!session) return <SignIn />;
  if (session.tenantId === 0) return <ChooseTenant />;
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#view"
        className="sr-only z-50 rounded-lg bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <div className="flex items-center justify-between border-b bg-surface px-4 py-2 md:hidden">
        <Mark />
        <div className="flex gap-1">
          <Button look="quiet" size="icon" aria-label="Search and commands" onClick={() => showPalette(true)}>
            <Search aria-hidden />
          </Button>
          <Button look="quiet" size="icon" aria-label="Menu" aria-expanded={isMenuShown} onClick={() => showMenu(!isMenuShown)}>
            {isMenuShown ? <X aria-hidden /> : <MenuIcon aria-hidden />}
          </Button>
        </div>
      </div>
      <aside
        className={classes(
          "flex shrink-0 flex-col gap-4 border-r bg-surface p-3 md:w-56",
          "max-md:absolute max-md:inset-x-0 max-md:top-[49px] max-md:z-30 max-md:border-b max-md:shadow-float",
          !isMenuShown && "max-md:hidden",
        )}
      >
        <div className="px-2 pt-1.5 max-md:hidden">
          <Mark />
        </div>
        <Button size="small" className="justify-between text-faint max-md:hidden" onClick={() => showPalette(true)}>
          <span className="inline-flex items-center gap-1.5">
            <Search aria-hidden />
            Search
          </span>
          <kbd className="font-sans text-xs">Ctrl K</kbd>
        </Button>
        <nav aria-label="Views" className="flex flex-col gap-0.5">
          {views.map(({ to, label, icon: Icon, part }, index) => (
            <Link
              key={to}
              to={to}
              className={classes("flex items-center gap-2.5 rounded-lg px-2.5 py-2 text-sm font-medium", index > 0 && views[index - 1]?.part !== part && "mt-3")}
              activeProps={{ className: "bg-accent-wash text-accent" }}
              inactiveProps={{ className: "text-soft hover:bg-sunken hover:text-ink" }}
            >
              <Icon className="size-4" aria-hidden />
              {label}
            </Link>
          ))}
        </nav>
        <div className="mt-auto flex items-center gap-2 border-t px-1 pt-3">
          <div className="min-w-0 flex-1 text-xs">
            <p className="truncate font-medium text-soft" title={session.user}>
              {session.user}
            </p>
            <p className="truncate text-faint" title={tenant}>
              {tenant}
            </p>
          </div>
          <ThemeMenu />
          <Button look="quiet" size="icon" aria-label="Sign out" title="Sign out" onClick={() => signOut()}>
            <LogOut aria-hidden />
          </Button>
        </div>
      </aside>
      <main id="view" tabIndex={-1} className="relative flex min-h-0 min-w-0 flex-1 flex-col outline-none">
        {!isOnline && (
          <p role="status" className="flex items-center justify-center gap-2 bg-fair-wash px-4 py-1.5 text-[13px] text-fair">
            <WifiOff className="size-4" aria-hidden />
            You are offline. What is shown may be old; it is updated once the connection is back.
          </p>
        )}
        <Outlet />
      </main>
      {isPaletteShown && (
        <Suspense>
          <CommandPalette close={() => showPalette(false)} />
        </Suspense>
      )}
    </div>
  );
}

const THEMES: { theme: Theme; label: string; icon: typeof Sun }[] = [
  { theme: "system", label: "As the system", icon: Monitor },
  { theme: "light", label: "Light", icon: Sun },
  { theme: "dark", label: "Dark", icon: MoonStar },
];

function ThemeMenu() {
  const current = useTheme();
  const Icon = THEMES.find((it) => it.theme === current)?.icon ?? Monitor;
  return (
    <Menu
      trigger={
        <Button look="quiet" size="icon" aria-label="Light or dark">
          <Icon aria-hidden />
        </Button>
      }
    >
      {THEMES.map(({ theme, label, icon: Its }) => (
        <MenuItem key={theme} onSelect={() => setTheme(theme)} className={classes(theme === current && "text-accent")}>
          <Its aria-hidden />
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}
