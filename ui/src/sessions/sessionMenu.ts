import type { SessionState } from "../backend/backend";
import type { MenuItem } from "../controls/ContextMenu.svelte";
import { copyText } from "../state/clipboard";
import { linkOf, type Desk } from "../state/commands";
import { keysOf } from "../state/shortcuts";
import { cannotExtend } from "./countdown";
import { extendPrice } from "./extending";

/** What can be done with a session of the list. */
export function menuOf({ model, frame }: Desk, session: SessionState): MenuItem[] {
  const { id } = session;
  const live = session.phase.type === "live";
  const many = frame.listing.picked.has(id) && frame.listing.picked.size > 1;
  const calls = model.world.details.get(id)?.calls.at(-1)?.number ?? 0;
  const price = extendPrice(model.connectionOf(session.connection));
  return [
    { words: "Copy id", keys: keysOf("copy_id"), run: () => void copyText(id) },
    { words: "Copy link", keys: keysOf("copy_link"), run: () => void copyText(linkOf(id)) },
    { words: "Copy address", blocked: !session.url, run: () => void copyText(session.url) },
    {
      words: `Extend · ${price}`,
      keys: keysOf("extend"),
      blocked: cannotExtend(session) !== null,
      run: () => void model.run(`extend:${id}`, { type: "extend_session", session: id }),
    },
    {
      words: "Save calls as a flow",
      keys: keysOf("save_flow"),
      blocked: calls < 2,
      run: () => (frame.open = { type: "save_flow", session: id, calls }),
    },
    {
      words: many ? `Close ${frame.listing.picked.size} sessions` : "Close session",
      keys: many ? undefined : keysOf("close_session"),
      danger: true,
      blocked: !many && !live,
      run: () => {
        if (many) frame.open = { type: "close_sessions", sessions: [...frame.listing.picked] };
        else frame.closeOne(model, session);
      },
    },
  ];
}
