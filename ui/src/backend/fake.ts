import type {
  Answer,
  Backend,
  Call,
  Command,
  Delta,
  Failure,
  HubEvent,
  Link,
  LiveInput,
  LiveView,
  LiveViewer,
  ModelState,
  Observation,
  Outcome,
  Query,
  QuitChoice,
  RequestText,
  SessionDetail,
  SessionState,
  Snapshot,
} from "./backend";
import { emptySnapshot, markdownPage, observationOf, pickedPage, prices, quietSession } from "./fakePages";

type QueryScript = (query: Query) => Promise<Answer> | Answer;
type Script = (command: Command) => Promise<Outcome> | Outcome;

/** A hub in memory that does what it is told at once; `on` replaces what a command does. */
export class FakeBackend implements Backend {
  readonly sent: Command[] = [];
  readonly acted: LiveInput[] = [];
  readonly saved: { name: string; contents: string | Uint8Array }[] = [];
  readonly quits: QuitChoice[] = [];
  readonly notified: { title: string; text: string }[] = [];
  readonly viewers: LiveViewer[] = [];
  readonly details = new Map<string, SessionDetail>();
  /** What the person chooses when a session file is asked for. */
  sessionFile: string | null = "/home/me/shop.notex";
  snapshot: Snapshot;
  seq = 0;
  #answers = new Map<Query["type"], QueryScript>();
  #scripts = new Map<Command["type"], Script>();
  #listener: ((event: HubEvent) => void) | null = null;
  #onState: ((link: Link) => void) | null = null;
  /** Beyond the calls that a scene brings along. */
  #calls = 100;
  readonly #pictures: string;

  constructor(snapshot: Snapshot = emptySnapshot(), pictures = "/picture/") {
    this.snapshot = snapshot;
    this.#pictures = pictures;
  }

  /** What a command does from now on; throw a [`Failure`] to refuse. */
  on(type: Command["type"], script: Script): void {
    this.#scripts.set(type, script);
  }

  /** What a query answers from now on. */
  onQuery(type: Query["type"], script: QueryScript): void {
    this.#answers.set(type, script);
  }

  async send(command: Command): Promise<Outcome> {
    this.sent.push(command);
    const script = this.#scripts.get(command.type);
    return script ? await script(command) : this.obey(command);
  }

  async query(query: Query): Promise<Answer> {
    const script = this.#answers.get(query.type);
    if (script) return await script(query);
    if (query.type === "request") return { type: "request", value: requestOf(query.command) };
    if (query.type !== "session") throw { code: "other", message: "The fake has no answer.", hint: null };
    return { type: "session", value: this.details.get(query.session) ?? this.#detail(query.session) };
  }

  subscribe(listener: (event: HubEvent) => void, onState: (link: Link) => void): () => void {
    this.#listener = listener;
    this.#onState = onState;
    onState("connected");
    this.sendSnapshot();
    return () => (this.#listener = null);
  }

  pictureUrl(hash: string): string {
    return `${this.#pictures}${hash}`;
  }

  /** Shows the same picture as the observations, and ends when told to. */
  live(_session: string, acts: boolean, viewer: LiveViewer): LiveView {
    this.viewers.push(viewer);
    return {
      act: (input) => {
        if (acts) this.acted.push(input);
        else viewer.onEnd({ code: "invalid", message: "this view only watches", hint: null });
      },
      close: () => this.viewers.splice(this.viewers.indexOf(viewer), 1),
    };
  }

  saveFile(name: string, contents: string | Uint8Array): Promise<string | null> {
    this.saved.push({ name, contents });
    return Promise.resolve(`/home/me/${name}`);
  }

  keepExport(session: number, name: string): Promise<string | null> {
    this.saved.push({ name, contents: `session ${session}` });
    return Promise.resolve(`/home/me/${name}`);
  }

  chooseSessionFile(): Promise<string | null> {
    return Promise.resolve(this.sessionFile);
  }

  quit(choice: QuitChoice): Promise<void> {
    this.quits.push(choice);
    return Promise.resolve();
  }

  notify(title: string, text: string): Promise<boolean> {
    this.notified.push({ title, text });
    return Promise.resolve(true);
  }

  sendSnapshot(): void {
    this.emit({
      seq: ++this.seq,
      now: new Date().toISOString(),
      news: { type: "snapshot", value: this.snapshot },
    });
  }

  deltas(...value: Delta[]): void {
    this.emit({ seq: ++this.seq, now: new Date().toISOString(), news: { type: "deltas", value } });
  }

  emit(event: HubEvent): void {
    this.#listener?.(event);
  }

  lose(): void {
    this.#onState?.("lost");
  }

  /** What a hub with an engine that always succeeds does. */
  obey(command: Command): Outcome {
    switch (command.type) {
      case "start_session":
        return this.#start(command);
      case "close_session":
        return this.#change(command.session, "close", "close", {
          phase: { type: "ended", at: new Date().toISOString(), reason: "manual", detail: null },
        });
      case "extend_session":
        return this.#change(command.session, "extend", "deadline moved", {});
      case "observe":
        return this.#see(command.session, "observe", command.url ?? this.#session(command.session).url);
      case "step":
        return this.#see(command.session, "step", this.#session(command.session).url, command.action);
      case "scrape":
        return this.#scrape(command);
      case "save_settings":
        this.snapshot = { ...this.snapshot, settings: command.settings };
        this.deltas({ type: "settings", value: command.settings });
        return nothing;
      case "close_sessions":
        for (const session of command.sessions) this.obey({ type: "close_session", session });
        return { ...nothing, closed: command.sessions.map((session) => ({ session, failure: null })) };
      case "probe_server":
        return {
          ...nothing,
          probe: { dialect: "notex", version: "0.1.0", latencyMs: 12, keyProblem: null },
        };
      case "add_file":
        return { ...nothing, session: command.session, file: command.name };
      case "try_model":
        return {
          ...nothing,
          model: { said: '{"ready": true}', tokens: 18, tokensEstimated: false, tookMs: 412 },
        };
      case "save_model": {
        const { url, name, apiKey, keepKey } = command;
        const kept = apiKey === null ? (this.snapshot.model?.keyKept ?? null) : null;
        return this.#model({ url, name, keyKept: apiKey ? keepKey : kept, failure: null });
      }
      case "remove_model":
        return this.#model(null);
      case "tab":
      case "rename_connection":
      case "save_rates":
      case "save_plan":
      case "reconnect":
      case "cancel_call":
      case "add_connection":
      case "replace_key":
      case "remove_connection":
      case "pin_past":
      case "remove_past":
      case "bring_back_past":
      case "delete_past":
      case "export_past":
      case "stop_export":
      case "open_file":
      case "clear_history":
        return nothing;
      case "flow":
        return command.deed.type === "save" ? { ...nothing, flow: "flow.flow.json" } : nothing;
    }
  }

  #model(model: ModelState | null): Outcome {
    this.snapshot = { ...this.snapshot, model };
    this.deltas({ type: "model", value: model });
    return nothing;
  }

  #start(command: Extract<Command, { type: "start_session" }>): Outcome {
    const now = new Date().toISOString();
    const id = `s-${(this.snapshot.sessions.length + 1).toString(16).padStart(4, "0")}`;
    const { options } = command;
    const session: SessionState = {
      ...quietSession,
      startedHere: true,
      id,
      connection: command.connection,
      title: "",
      url: "",
      phase: { type: "live", expiresAt: this.#deadline(options.keepAlive, options.timeoutMinutes) },
      keepAlive: options.keepAlive,
      timeoutMinutes: options.timeoutMinutes,
      screenshot: options.screenshot,
      createdAt: now,
      lastCallAt: now,
      credits: 0.1,
      creditsEstimated: false,
      busy: null,
    };
    this.#keep(session);
    this.deltas({ type: "session", value: session });
    this.#change(id, "start", options.keepAlive ? "keep-alive" : `timeout ${options.timeoutMinutes} min`, {});
    return { ...nothing, session: id };
  }

  #see(session: string, kind: "observe" | "step", url: string, action?: string): Outcome {
    const before = this.#detail(session).observation;
    const observation = observationOf(
      session,
      this.#calls + 1,
      url || "http://shop.local/search?q=laptop",
      before,
    );
    const what = action
      ? `${action} ${action.startsWith("S") ? "run" : "click"}`
      : `/search · ${observation.totalActions} actions`;
    return this.#change(session, kind, what, { title: observation.title, url: observation.url }, observation);
  }

  #scrape(command: Extract<Command, { type: "scrape" }>): Outcome {
    const { session, scrape } = command;
    const { only_main_content: onlyMainContent, images, extract, instructions } = scrape;
    const outcome = this.#change(session, "scrape", onlyMainContent ? "main content" : "all", {});
    const { title, url } = this.#session(session);
    const read = {
      session,
      call: outcome.call ?? 0,
      at: new Date().toISOString(),
      title,
      url,
      onlyMainContent,
    };
    const fields = instructions ? { laptops: ".product" } : extract?.fields;
    const structured = instructions || extract ? [pickedPage(fields ?? {})] : [];
    const call = this.#detail(session).calls.at(-1);
    if (instructions && call) {
      const reasons = [
        { what: "scrape", credits: 2 },
        { what: "3,400 tokens", credits: 1.2 },
      ];
      this.deltas({ type: "call", value: Object.assign(call, { credits: 3.2, reasons }) });
    }
    const scraped = { ...read, ...markdownPage(images), structured };
    this.#detail(session).scraped = scraped;
    this.deltas({ type: "scraped", value: scraped });
    return outcome;
  }

  #change(
    id: string,
    kind: Call["kind"],
    what: string,
    change: Partial<SessionState>,
    observation?: Observation,
  ): Outcome {
    const before = this.#session(id);
    const credits = prices[kind];
    const phase: SessionState["phase"] = {
      type: "live",
      expiresAt: this.#deadline(before.keepAlive, before.timeoutMinutes),
    };
    const session = { ...before, phase, credits: before.credits + credits, ...change };
    this.#keep(session);
    const detail = this.#detail(id);
    const call: Call = {
      id: ++this.#calls,
      number: detail.calls.length + 1,
      session: id,
      kind,
      what,
      status: { type: "done", httpStatus: 200 },
      startedAt: new Date().toISOString(),
      tookMs: 96 + ((this.#calls * 61) % 400),
      credits,
      reasons: [{ what: "base", credits }],
      picture: observation?.picture ?? null,
    };
    this.details.set(id, {
      ...detail,
      calls: [...detail.calls, call],
      observation: observation ?? detail.observation,
    });
    const deltas: Delta[] = [
      { type: "session", value: session },
      { type: "call", value: call },
    ];
    if (observation) deltas.push({ type: "observation", value: observation });
    this.deltas(...deltas, ...this.#charge(session.connection, credits));
    return { ...nothing, session: id, call: call.id };
  }

  #charge(connection: string, credits: number): Delta[] {
    const known = this.snapshot.connections.find(({ id }) => id === connection);
    if (!known?.credits) return [];
    const { remaining, today } = known.credits;
    const value = {
      ...known,
      credits: { ...known.credits, remaining: remaining - credits, today: today + credits },
    };
    const connections = this.snapshot.connections.map((other) => (other.id === connection ? value : other));
    this.snapshot = { ...this.snapshot, connections };
    return [{ type: "connection", value }];
  }

  #deadline(keepAlive: boolean, minutes: number): string | null {
    return keepAlive ? null : new Date(Date.now() + minutes * 60_000).toISOString();
  }

  #session(id: string): SessionState {
    const session = this.snapshot.sessions.find((known) => known.id === id);
    if (!session)
      throw { code: "session_ended", message: "The session has ended.", hint: null } satisfies Failure;
    return session;
  }

  #keep(session: SessionState): void {
    const others = this.snapshot.sessions.filter(({ id }) => id !== session.id);
    this.snapshot = { ...this.snapshot, sessions: [session, ...others] };
  }

  #detail(session: string): SessionDetail {
    const known = this.details.get(session);
    if (known) return known;
    const empty: SessionDetail = { session, calls: [], observation: null, scraped: null };
    this.details.set(session, empty);
    return empty;
  }
}

/** As the hub writes it, in fewer words. */
function requestOf(command: Command): RequestText {
  if (command.type !== "scrape")
    throw { code: "other", message: "only a scrape is told as a request", hint: null };
  const { session, scrape } = command;
  const url = `http://127.0.0.1:4711/sessions/${session}/page/scrape`;
  const body = JSON.stringify(scrape, null, 2);
  return {
    url,
    body,
    curl: `curl -X POST '${url}' -H "Authorization: Bearer $NOTEX_API_KEY" --data-raw '${body}'`,
  };
}

const nothing: Outcome = { session: null, call: null, connection: null, closed: [], probe: null };
