import { keysOf } from "../state/shortcuts";
import type { Drawer, Tab } from "../state/inspector.svelte";

/** The tabs of the drawer that are about all of the session. */
export const drawerTabs = (calls: number): { id: Drawer; label: string; count?: number }[] => [
  { id: "calls", label: "Calls", count: calls },
  { id: "network", label: "Network" },
  { id: "console", label: "Console" },
  { id: "code", label: "Code" },
];

export const isDrawer = (tab: Drawer | Tab): tab is Drawer => drawerTabs(0).some(({ id }) => id === tab);

/** The tabs of the panel, with their keys. */
export const panelTabs: { id: Tab; label: string; title: string }[] = [
  { id: "observe", label: "Observe", title: `Observe (${keysOf("observe")})` },
  { id: "step", label: "Step", title: `Step (${keysOf("step")})` },
  { id: "scrape", label: "Scrape", title: `Scrape (${keysOf("scrape")})` },
];
