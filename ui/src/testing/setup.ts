import "@testing-library/jest-dom/vitest";

// What jsdom has no layout for. Lists draw the rows that fit: items are 40 px high, what holds them is large.
const size = (element: Element) =>
  (element as HTMLElement).style.position === "absolute"
    ? { width: 400, height: 40 }
    : { width: 1280, height: 4000 };

class Observer implements ResizeObserver {
  readonly #callback: ResizeObserverCallback;
  #live = true;
  constructor(callback: ResizeObserverCallback) {
    this.#callback = callback;
  }
  observe(target: Element): void {
    queueMicrotask(() => {
      if (!this.#live) return;
      const { width, height } = size(target);
      const contentRect = {
        x: 0,
        y: 0,
        top: 0,
        left: 0,
        right: width,
        bottom: height,
        width,
        height,
      } as DOMRectReadOnly;
      const box = [{ inlineSize: width, blockSize: height }];
      this.#callback(
        [{ target, contentRect, borderBoxSize: box, contentBoxSize: box, devicePixelContentBoxSize: box }],
        this,
      );
    });
  }
  unobserve(): void {}
  disconnect(): void {
    this.#live = false;
  }
}
window.ResizeObserver = Observer;
Object.defineProperty(HTMLElement.prototype, "offsetParent", { get: () => document.body });
Object.defineProperty(HTMLElement.prototype, "clientWidth", { get: () => 1280 });
Object.defineProperty(HTMLElement.prototype, "clientHeight", { get: () => 800 });
Object.defineProperty(window, "innerWidth", { value: 1440, writable: true, configurable: true });

window.matchMedia ??= (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener() {},
    removeEventListener() {},
  }) as unknown as MediaQueryList;

HTMLElement.prototype.scrollTo ??= () => undefined;
HTMLDialogElement.prototype.showModal ??= function showModal(this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function close(this: HTMLDialogElement) {
  this.open = false;
};

// Nothing is drawn; what a chart shows is read from the table beside it.
HTMLCanvasElement.prototype.getContext = () => null;

// There is nothing to scroll.
Element.prototype.scrollIntoView = () => undefined;

// No picture is loaded; each is there at once.
HTMLImageElement.prototype.decode = () => Promise.resolve();
