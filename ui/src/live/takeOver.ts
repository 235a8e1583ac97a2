import type { LiveInput } from "../backend/backend";
import type { Size } from "../page/geometry";
import { buttonName, keyInput, leaves, modifiersOf, placeOn, textInputs, wheelPx } from "./hands";

interface Hands {
  viewport: () => Size;
  act: (input: LiveInput) => void;
  leave: () => void;
}

/** Takes mouse and keyboard of a person from a text area that lies over the page. */
export function handsOn({ viewport, act, leave }: Hands) {
  return (area: HTMLTextAreaElement) => {
    const place = (event: MouseEvent) => placeOn(event, area.getBoundingClientRect(), viewport());
    const held = new Map<string, LiveInput>();
    const pressed = new Map<number, MouseEvent>();
    let moved: MouseEvent | null = null;
    let frame = 0;

    // A mouse tells more places than a page can draw.
    const onmousemove = (event: MouseEvent) => {
      moved = event;
      frame ||= requestAnimationFrame(flush);
    };
    function flush() {
      cancelAnimationFrame(frame);
      frame = 0;
      if (moved) act({ type: "mouse_move", ...place(moved), modifiers: modifiersOf(moved) });
      moved = null;
    }
    const press = (type: "mouse_down" | "mouse_up", event: MouseEvent) => {
      const button = buttonName(event.button);
      if (!button) return;
      flush();
      act({
        type,
        ...place(event),
        button,
        clicks: Math.max(1, event.detail),
        modifiers: modifiersOf(event),
      });
    };
    const onpointerdown = (event: PointerEvent) => area.setPointerCapture?.(event.pointerId);
    const onmousedown = (event: MouseEvent) => {
      event.preventDefault();
      area.focus({ preventScroll: true });
      pressed.set(event.button, event);
      press("mouse_down", event);
    };
    const onmouseup = (event: MouseEvent) => {
      event.preventDefault();
      if (pressed.delete(event.button)) press("mouse_up", event);
    };
    const onwheel = (event: WheelEvent) => {
      event.preventDefault();
      event.stopPropagation();
      const { deltaX, deltaY, deltaMode } = event;
      const { width, height } = viewport();
      const [delta_x, delta_y] = [wheelPx(deltaX, deltaMode, width), wheelPx(deltaY, deltaMode, height)];
      act({ type: "wheel", ...place(event), delta_x, delta_y });
    };

    const onkeydown = (event: KeyboardEvent) => {
      event.stopPropagation();
      if (leaves(event)) {
        event.preventDefault();
        release();
        leave();
        return;
      }
      const altGraph = event.getModifierState("AltGraph");
      const input = keyInput("key_down", event, altGraph);
      if (!input) return;
      event.preventDefault();
      const up = keyInput("key_up", event, altGraph);
      if (up) held.set(event.code, { ...up, modifiers: 0 } as LiveInput);
      act(input);
    };
    const onkeyup = (event: KeyboardEvent) => {
      event.stopPropagation();
      if (!held.delete(event.code)) return;
      const input = keyInput("key_up", event, event.getModifierState("AltGraph"));
      if (input) act(input);
    };
    const write = (text: string) => {
      textInputs(text).forEach(act);
      area.value = "";
    };
    const onpaste = (event: ClipboardEvent) => {
      event.preventDefault();
      write(event.clipboardData?.getData("text/plain") ?? "");
    };
    const oncompositionend = (event: CompositionEvent) => write(event.data);
    // Whatever else the system writes into it: a dead key, a picker of emoji, dictation.
    const oninput = (event: Event) => {
      if (!(event as InputEvent).isComposing && area.value) write(area.value);
    };
    /** A key or button that stays down would change what every later one means. */
    const release = () => {
      held.forEach(act);
      held.clear();
      pressed.forEach((event) => press("mouse_up", event));
      pressed.clear();
    };
    const onnothing = (event: Event) => event.preventDefault();

    const listeners = {
      mousemove: onmousemove,
      pointerdown: onpointerdown,
      mousedown: onmousedown,
      mouseup: onmouseup,
      wheel: onwheel,
      keydown: onkeydown,
      keyup: onkeyup,
      paste: onpaste,
      compositionend: oncompositionend,
      input: oninput,
      blur: release,
      contextmenu: onnothing,
      auxclick: onnothing,
      dragstart: onnothing,
      drop: onnothing,
    } as Record<string, (event: never) => void>;
    for (const [type, listener] of Object.entries(listeners))
      area.addEventListener(type, listener as EventListener, { passive: false });
    area.focus({ preventScroll: true });
    return () => {
      release();
      cancelAnimationFrame(frame);
      for (const [type, listener] of Object.entries(listeners))
        area.removeEventListener(type, listener as EventListener);
    };
  };
}
