import {
  asFailure,
  type Ask,
  type Backend,
  type Call,
  type Command,
  type ConnectionState,
  type Explanation,
  type Exporting,
  type Failure,
  type HubEvent,
  type Link,
  type Outcome,
  type PastSession,
  type SessionState,
  type Settings,
} from "../backend/backend";
import type { Comparing } from "../compare/comparison.svelte";
import { Drafts } from "../page/drafts.svelte";
import { isStill } from "../page/stepForm";
import { countLive } from "../sessions/filtering";
import { keptCall } from "../travel/kept";
import { Clock } from "./clock.svelte";
import { noEntries, withEntry, withoutEntry } from "./maps";
import { emptyWorld, reduce, watch, withAnswer, type Detail, type World } from "./reduce";

export type Tab = "observe" | "step" | "scrape";
export type Drawer = "calls" | "network" | "console" | "code";
export type Screen = "sessions" | "flows" | "usage" | "billing" | "history" | "log" | "settings" | "compare";

/** From then on a call shows its progress and can be cancelled, in milliseconds. */
export const SLOW_MS = 500;

/** What the window shows and what the person chose in it: the one model that reduces the hub's events. */
export class Inspector {
  readonly backend: Backend;
  readonly clock = new Clock();
  /** What is set for the next calls. */
  readonly drafts = new Drafts();

  world = $state.raw<World>(emptyWorld);
  link = $state<Link | "connecting">("connecting");
  /** True once a first snapshot came. */
  ready = $state(false);

  screen = $state<Screen>("sessions");
  /** What the history is searched for when it is opened next. */
  historyText = "";
  /** What is compared on the screen for it. */
  comparing = $state.raw<Comparing | null>(null);
  /** The flow that is looked at. */
  flowFile: string | null = null;
  /** The part of the settings that is shown when they are opened next. */
  settingsPart = $state<string | null>(null);
  /** A session that was just taken into the history, until the history shows it. */
  opened = $state.raw<PastSession | null>(null);
  /** How far the session file is that is being written. */
  exporting = $state.raw<Exporting | null>(null);
  tab = $state<Tab>("observe");
  /** What the drawer shows of the session. */
  drawer = $state<Drawer>("calls");
  /** In a narrow window the panel is a tab of the drawer, and this says that the drawer's own are shown instead. */
  callsShown = $state(true);
  selectedId = $state<string | null>(null);
  /** The action that is chosen, per session. */
  #chosen = $state.raw(noEntries<string>());
  hoveredAction = $state<string | null>(null);
  /** The call that is chosen in the list of calls. */
  chosenCall = $state<number | null>(null);
  /** The request that the network panel is asked to show. */
  wantedRequest = $state<string | null>(null);
  /** The call that is pointed at in the filmstrip. */
  previewCall = $state<number | null>(null);
  #connectionId = $state<string | null>(null);

  /** Commands under way by scope, with the time they were sent by the hub's clock. */
  #pending = $state.raw(noEntries<number>());
  /** The last failure of each scope. */
  #failures = $state.raw(noEntries<Failure>());
  /** What failed in each scope. */
  #failed = $state.raw(noEntries<Command>());
  /** Why the call of a scope failed, where that is known. */
  #explained = $state.raw(noEntries<Explanation>());

  selected = $derived(this.selectedId === null ? null : (this.world.sessions.get(this.selectedId) ?? null));
  detail = $derived<Detail | null>(
    this.selectedId === null ? null : (this.world.details.get(this.selectedId) ?? null),
  );
  /** The chosen call, or the one that is pointed at, when its picture is of an earlier page than the observation: then
   * the page is shown as it was. */
  pastCall = $derived<Call | null>(
    this.detail?.calls.find(
      ({ id, picture }) =>
        id === (this.previewCall ?? this.chosenCall) &&
        picture !== null &&
        id !== this.detail?.observation?.call,
    ) ?? null,
  );
  chosenAction = $derived(this.selectedId === null ? null : (this.#chosen.get(this.selectedId) ?? null));
  connection = $derived<ConnectionState | null>(
    this.connectionOf(this.#connectionId ?? this.world.settings?.connection ?? "local") ??
      this.world.connections[0] ??
      null,
  );
  #sessionMap = $derived(this.world.sessions);
  /** All sessions, newest first; another array only when one of them changed. */
  everySession = $derived<readonly SessionState[]>([...this.#sessionMap.values()]);
  /** The sessions of the connection that is shown, newest first. */
  sessions = $derived<readonly SessionState[]>(
    this.everySession.filter((session) => session.connection === this.connection?.id),
  );
  /** How many live sessions each connection has. */
  liveCounts = $derived<ReadonlyMap<string, number>>(countLive(this.everySession));

  /** Answers what the system around the window asks for. */
  onask: (ask: Ask) => void = () => undefined;

  /** With `inBrowser` the window is a tab of a browser that keeps some keys for itself. */
  constructor(
    backend: Backend,
    readonly inBrowser = false,
  ) {
    this.backend = backend;
  }

  /** Listens to the hub until the returned function is called. */
  start(): () => void {
    const stopClock = this.clock.start();
    const unsubscribe = this.backend.subscribe(
      (event) => this.hear(event),
      (link) => (this.link = link),
    );
    return () => {
      unsubscribe();
      stopClock();
    };
  }

  hear(event: HubEvent): void {
    this.clock.hear(event.now);
    this.link = "connected";
    const [before, known] = [this.world.seq, this.world.details];
    this.world = reduce(this.world, event);
    this.#dropStrangers(known);
    if (event.news.type === "deltas") {
      if (before === null || event.seq > before)
        for (const delta of event.news.value) {
          if (delta.type === "ask") this.onask(delta.value);
          else if (delta.type === "exporting") this.exporting = delta.value;
        }
      return;
    }
    if (this.selectedId !== null && !this.world.sessions.has(this.selectedId)) this.selectedId = null;
    if (this.selectedId !== null) void this.#load(this.selectedId);
    else if (!this.ready) this.#selectFirst();
    this.ready = true;
  }

  /** Chooses nothing where what was chosen is another element now. */
  #dropStrangers(known: typeof this.world.details): void {
    for (const [session, id] of this.#chosen) {
      const [before, now] = [known, this.world.details].map((of) => of.get(session)?.observation);
      if (before && now && before !== now && !isStill(id, before, now))
        this.#chosen = withoutEntry(this.#chosen, session);
    }
  }

  liveOf(connection: string): number {
    return this.liveCounts.get(connection) ?? 0;
  }

  connectionOf(id: string): ConnectionState | null {
    return this.world.connections.find((connection) => connection.id === id) ?? null;
  }

  showConnection(id: string): void {
    this.#connectionId = id;
    if (this.selected?.connection !== id) {
      this.selectedId = null;
      this.#selectFirst();
    }
  }

  /** Shows what is kept of a session. */
  showHistory(session: string): void {
    this.historyText = `session:${session}`;
    this.screen = "history";
  }

  /** Compares runs of a flow, or kept sessions. */
  compare(of: Comparing["of"]): void {
    this.comparing = { of, from: this.screen };
    this.screen = "compare";
  }

  /** Shows a part of the settings. */
  showSettings(part: string): void {
    this.settingsPart = part;
    this.screen = "settings";
  }

  /** Takes a session file into the history and shows it there; without a path the person is asked for one. */
  async openSessionFile(path: string | null = null): Promise<void> {
    this.screen = "history";
    this.dismiss("open_file");
    try {
      path ??= await this.backend.chooseSessionFile();
    } catch (thrown) {
      this.#failures = withEntry(this.#failures, "open_file", asFailure(thrown));
    }
    if (path === null) return;
    const outcome = await this.run("open_file", { type: "open_file", path });
    this.opened = outcome?.past ?? null;
  }

  select(session: string): void {
    if (this.selectedId !== session) this.hoveredAction = this.chosenCall = this.previewCall = null;
    this.selectedId = session;
    this.screen = "sessions";
    void this.#load(session);
  }

  choose(action: string | null): void {
    if (this.selectedId === null) return;
    this.#chosen =
      action === null
        ? withoutEntry(this.#chosen, this.selectedId)
        : withEntry(this.#chosen, this.selectedId, action);
    if (action !== null) this.showNow();
    this.#forget(`step:${this.selectedId}`);
  }

  /** Shows a part of the drawer. */
  showDrawer(drawer: Drawer): void {
    this.drawer = drawer;
    this.callsShown = true;
  }

  /** Shows the page as it is now, where it was shown as it was after a call. */
  showNow(): void {
    if (this.pastCall) this.chosenCall = this.previewCall = null;
  }

  show(tab: Tab): void {
    this.screen = "sessions";
    this.tab = tab;
    this.callsShown = false;
  }

  failure(scope: string): Failure | null {
    return this.#failures.get(scope) ?? null;
  }

  /** Does once more what failed in a scope. */
  retry(scope: string): void {
    const command = this.#failed.get(scope);
    if (command) void this.run(scope, command);
  }

  canRetry(scope: string): boolean {
    return this.#failed.has(scope);
  }

  explanation(scope: string): Explanation | null {
    return this.failure(scope) ? (this.#explained.get(scope) ?? null) : null;
  }

  pending(scope: string): boolean {
    return this.#pending.has(scope);
  }

  /** A command of this scope takes long enough to say so. */
  slow(scope: string): boolean {
    const since = this.#pending.get(scope);
    return since !== undefined && this.clock.now - since >= SLOW_MS;
  }

  saveSettings(settings: Settings): void {
    void this.run("settings", { type: "save_settings", settings });
  }

  reconnect(connection: string): void {
    void this.run(`connection:${connection}`, { type: "reconnect", connection });
  }

  dismiss(scope: string): void {
    this.#forget(scope);
  }

  /** Sends a command; null when it failed, and then `failure(scope)` says why. One at a time per scope. */
  async run(scope: string, command: Command): Promise<Outcome | null> {
    if (this.#pending.has(scope)) return null;
    this.#pending = withEntry(this.#pending, scope, this.clock.now);
    this.#forget(scope);
    if (command.type === "observe" || command.type === "step") this.showNow();
    try {
      return await this.backend.send(command);
    } catch (thrown) {
      this.#failures = withEntry(this.#failures, scope, asFailure(thrown));
      this.#failed = withEntry(this.#failed, scope, command);
      if ("session" in command) void this.#explain(scope, command.session as string, command.type);
      return null;
    } finally {
      this.#pending = withoutEntry(this.#pending, scope);
    }
  }

  /** Reads why the last call of a kind failed; what cannot be read leaves its failure, which says what it can. */
  async #explain(scope: string, id: string, kind: string): Promise<void> {
    const session = this.world.sessions.get(id);
    const call = this.world.details.get(id)?.calls.findLast((call) => call.kind === kind);
    if (!session || call?.status.type !== "failed") return;
    try {
      const { explanation } = await keptCall(this.backend, session, call.number);
      if (explanation && this.failure(scope))
        this.#explained = withEntry(this.#explained, scope, explanation);
    } catch {
      // The failure is shown all the same.
    }
  }

  #forget(scope: string): void {
    this.#failed = withoutEntry(this.#failed, scope);
    this.#explained = withoutEntry(this.#explained, scope);
    this.#failures = withoutEntry(this.#failures, scope);
  }

  #selectFirst(): void {
    const first = this.sessions.find(({ phase }) => phase.type !== "ended");
    if (first) this.select(first.id);
  }

  async #load(session: string): Promise<void> {
    this.world = watch(this.world, session);
    try {
      const answer = await this.backend.query({ type: "session", session });
      if (answer.type === "session") this.world = withAnswer(this.world, answer.value);
      this.#forget(`detail:${session}`);
    } catch (thrown) {
      this.#failures = withEntry(this.#failures, `detail:${session}`, asFailure(thrown));
    }
  }
}
