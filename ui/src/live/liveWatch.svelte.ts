import type { Backend, Failure, LiveInput, LiveView } from "../backend/backend";
import type { Size } from "../page/geometry";
import { differ, glanceOf, Painter, type Glance } from "./painter";

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 15_000;
/** Far more than anybody does before the first picture comes. */
const MOST_WAITING = 500;

export type LiveState =
  | { type: "opening" }
  | { type: "showing" }
  /** It broke and is opened again at `at`, in milliseconds of the clock it was given. */
  | { type: "waiting"; failure: Failure | null; at: number }
  /** Nobody sees the window. */
  | { type: "hidden" }
  /** It does not come back. */
  | { type: "over"; failure: Failure };

/** The live picture of one session: opened while it is shown, opened again when it breaks. */
export class LiveWatch {
  state = $state.raw<LiveState>({ type: "opening" });
  /** The viewport in CSS pixels; null before it was told. */
  viewport = $state.raw<Size | null>(null);
  /** What the server last said against an input. */
  refused = $state<string | null>(null);
  /** A person acts on it. */
  acts = $state(false);
  /** It shows something else than the last observation, or nobody can tell. */
  moved = $state(true);
  readonly painter = new Painter(
    () => this.#painted(),
    (glance) => this.#see(glance),
  );
  readonly #backend: Backend;
  readonly #session: string;
  readonly #clock: () => number;
  #view: LiveView | null = null;
  /** The view that takes input. Not reactive: what is being torn down reads reactive state as it was before. */
  #hands: LiveView | null = null;
  /** What was done on the page that was shown before, while the view that takes input is opened. */
  #waiting: LiveInput[] = [];
  #isTaking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = FIRST_RETRY_MS;
  #run = 0;
  #observed: Glance | null = null;
  /** A picture that was asked for before the last one is not compared with. */
  #asked = 0;

  constructor(backend: Backend, session: string, clock: () => number) {
    this.#backend = backend;
    this.#session = session;
    this.#clock = clock;
  }

  /** Watches until the returned function is called; not while the window is hidden. */
  start(): () => void {
    const onvisibility = () => {
      if (!document.hidden) this.#open();
      else {
        this.acts = false;
        this.#close();
        this.state = { type: "hidden" };
      }
    };
    document.addEventListener("visibilitychange", onvisibility);
    onvisibility();
    return () => {
      document.removeEventListener("visibilitychange", onvisibility);
      this.#close();
    };
  }

  /** Lets a person act on it, or only watch it again. */
  take(acts: boolean): void {
    if (this.acts === acts) return;
    this.acts = acts;
    this.refused = null;
    this.#open();
    this.#isTaking = acts;
  }

  act(input: LiveInput): void {
    if (this.#hands) this.#hands.act(input);
    else if (this.#isTaking && this.#waiting.length < MOST_WAITING) this.#waiting.push(input);
  }

  retry(): void {
    this.#open();
  }

  /** What it is compared with from now on: the picture of the last observation. */
  async compareWith(pictureUrl: string | null): Promise<void> {
    const asked = ++this.#asked;
    this.#observed = null;
    const glance = pictureUrl === null ? null : await glanceOf(pictureUrl);
    if (asked !== this.#asked) return;
    this.#observed = glance;
    // What cannot be compared is not claimed to be the same.
    this.moved = glance === null;
  }

  #open(): void {
    this.#close();
    const run = this.#run;
    const mine = (act: () => void) => run === this.#run && act();
    this.state = { type: "opening" };
    this.#view = this.#backend.live(this.#session, this.acts, {
      onFrame: (jpeg) => mine(() => void this.painter.paint(jpeg)),
      onNews: (news) =>
        mine(() => {
          if (news.type === "viewport") this.viewport = { width: news.width, height: news.height };
          else this.refused = news.message;
        }),
      onEnd: (failure) => mine(() => this.#ended(failure)),
    });
  }

  #ended(failure: Failure | null): void {
    this.#close();
    if (failure && ["session_ended", "wrong_key", "invalid"].includes(failure.code)) {
      this.acts = false;
      this.state = { type: "over", failure };
      return;
    }
    this.state = { type: "waiting", failure, at: this.#clock() + this.#retryMs };
    this.#timer = setTimeout(() => this.#open(), this.#retryMs);
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }

  #close(): void {
    this.#run++;
    clearTimeout(this.#timer);
    this.#view?.close();
    this.#view = null;
    this.#hands = null;
    // What was done on a page that broke off is not done later.
    this.#isTaking = false;
    this.#waiting = [];
  }

  #painted(): void {
    this.#retryMs = FIRST_RETRY_MS;
    if (this.acts) this.#hands = this.#view;
    if (this.#hands) for (const input of this.#waiting.splice(0)) this.#hands.act(input);
    if (this.state.type === "opening") this.state = { type: "showing" };
  }

  #see(glance: Glance): void {
    if (this.#observed) this.moved = differ(this.#observed, glance);
  }
}
