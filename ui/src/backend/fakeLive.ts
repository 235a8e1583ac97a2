import type { Action, LiveInput, LiveView, LiveViewer, QueryElement } from "./backend";
import type { FakeBackend } from "./fake";

const [WIDTH, HEIGHT] = [1280, 800];
const FRAME_MS = 100;

/** A page that a person can point at, scroll and type on, drawn as frames. */
class DrawnPage {
  readonly #canvas = document.createElement("canvas");
  readonly #picture = new Image();
  #mouse: { x: number; y: number } | null = null;
  #down = false;
  #scroll = 0;
  #text = "";

  constructor(picture: string) {
    this.#canvas.width = WIDTH;
    this.#canvas.height = HEIGHT;
    this.#picture.src = picture;
  }

  take(input: LiveInput): void {
    switch (input.type) {
      case "mouse_move":
      case "mouse_down":
      case "mouse_up":
        this.#mouse = { x: input.x, y: input.y };
        if (input.type !== "mouse_move") this.#down = input.type === "mouse_down";
        return;
      case "wheel":
        this.#scroll = Math.max(0, Math.min(600, this.#scroll + input.delta_y));
        return;
      case "key_down":
        if (input.key === "Backspace") this.#text = this.#text.slice(0, -1);
        else if (input.key.length === 1) this.#text += input.key;
        return;
      case "text":
        this.#text += input.text;
        return;
      case "key_up":
    }
  }

  frame(done: (jpeg: Blob) => void): void {
    const pen = this.#canvas.getContext("2d");
    if (!pen) return;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    if (this.#picture.complete && this.#picture.naturalWidth > 0)
      pen.drawImage(this.#picture, 0, -this.#scroll, WIDTH, HEIGHT);
    if (this.#text) {
      pen.fillStyle = "#fff";
      pen.fillRect(372, 121 - this.#scroll, 640, 58);
      pen.fillStyle = "#14171c";
      pen.font = "24px sans-serif";
      pen.fillText(this.#text.slice(-40), 390, 160 - this.#scroll);
    }
    if (this.#mouse) {
      pen.fillStyle = this.#down ? "#c42b2b" : "#2563eb";
      pen.beginPath();
      pen.arc(this.#mouse.x, this.#mouse.y, this.#down ? 12 : 7, 0, 2 * Math.PI);
      pen.fill();
    }
    this.#canvas.toBlob((jpeg) => jpeg && done(jpeg), "image/jpeg", 0.8);
  }
}

function elementOf({ role, label, box, selector }: Action): QueryElement | null {
  if (!box || !selector) return null;
  const tag = role === "link" ? "a" : role === "button" ? "button" : "input";
  const selectors = { ...selector, xpath: `//main/${tag}[1]` };
  return { tag, role, name: label, text: label ?? "", bounds: box, selectors, field: null, items: [] };
}

const CARDS = [
  ["Nova 14", "€ 949"],
  ["Aero 13", "€ 1,129"],
  ["Terra 14s", "€ 879"],
] as const;

/** A part of a card of the picture: its image, its name or its price. */
function partOf(x: number, y: number): QueryElement | null {
  const at = Math.floor((x - 369) / 299);
  const card = CARDS[at];
  if (!card || y < 216 || y > 447) return null;
  const [name, price] = card;
  const [tag, text, top, height] =
    y < 360 ? ["img", "", 236, 121] : y < 400 ? ["strong", name, 366, 28] : ["span", price, 404, 28];
  const selector = tag === "span" ? "span.price" : tag;
  const field = {
    img: { name: "image", kind: "image" as const, attribute: "src" },
    strong: { name: "name", kind: "text" as const, attribute: null },
    span: { name: "price", kind: "price" as const, attribute: null },
  }[tag as "img" | "strong" | "span"];
  return {
    ...{ tag, role: tag === "img" ? "img" : null, name: null, text, field },
    bounds: { x: 391 + at * 299, y: top, width: 232, height, iframe_offset_x: 0, iframe_offset_y: 0 },
    selectors: { css: `li:nth-of-type(${at + 1}) > ${selector}`, xpath: null, role_name: null },
    items: [{ selector: "li.product", count: CARDS.length, name: "products", inner: selector }],
  };
}

/** Lets the fake show a live picture and tell elements; in the scene `broken-live` the picture breaks off. */
export function feedFrames(fake: FakeBackend, picture: string, scene: string): void {
  fake.live = (_session: string, acts: boolean, viewer: LiveViewer): LiveView => {
    const page = new DrawnPage(picture);
    let frames = 0;
    const timer = setInterval(() => {
      page.frame(viewer.onFrame);
      if (scene !== "broken-live" || ++frames < 20) return;
      clearInterval(timer);
      viewer.onEnd({ code: "unreachable", message: "the server does not answer", hint: null });
    }, FRAME_MS);
    queueMicrotask(() => viewer.onNews({ type: "viewport", width: WIDTH, height: HEIGHT }));
    return {
      act: (input) => {
        if (acts) page.take(input);
        else viewer.onNews({ type: "refused", message: "this viewer only watches" });
      },
      close: () => clearInterval(timer),
    };
  };
  fake.onQuery("element", (query) => {
    if (query.type !== "element") return { type: "element", value: null };
    const { x, y } = query;
    const here = (fake.details.get(query.session)?.observation?.actions ?? [])
      .filter(
        ({ box }) => box && x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height,
      )
      .sort((a, b) => (a.box?.width ?? 0) - (b.box?.width ?? 0));
    const [first] = here;
    const whole = { x: 0, y: 0, width: WIDTH, height: HEIGHT, iframe_offset_x: 0, iframe_offset_y: 0 };
    const main: QueryElement = {
      ...{ tag: "main", role: "main", name: null, text: "Search results", bounds: whole },
      ...{ selectors: { css: "main", xpath: "/html/body/main", role_name: null }, field: null, items: [] },
    };
    return { type: "element", value: (first && elementOf(first)) ?? partOf(x, y) ?? main };
  });
}
