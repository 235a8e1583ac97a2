import type { SessionState } from "../backend/backend";
import { creditsText, hostOf, shortId } from "../controls/format";
import { stateWords, titleOf } from "../sessions/words";
import { blockedBy, commandIds, commandOf, perform, type Desk } from "../state/commands";
import { keysOf } from "../state/shortcuts";

/** Something the palette offers. */
export interface Entry {
  /** Tells it from all others, also tomorrow. */
  key: string;
  kind: "command" | "connection" | "session" | "action";
  words: string;
  /** More about it, in small. */
  note: string;
  keys: string;
  run: () => void;
}

export const kindWords: Record<Entry["kind"], string> = {
  command: "Command",
  connection: "Connection",
  session: "Session",
  action: "Action",
};

/** All that can be done and gone to now: actions of the shown session, commands, connections, sessions. */
export function entriesOf(desk: Desk): Entry[] {
  return [
    ...commandEntries(desk),
    ...connectionEntries(desk),
    ...actionEntries(desk),
    ...sessionEntries(desk),
  ];
}

function commandEntries(desk: Desk): Entry[] {
  return commandIds
    .filter((id) => id !== "palette" && blockedBy(id, desk) === null)
    .map((id) => ({
      key: `command:${id}`,
      kind: "command",
      words: commandOf(id).words,
      note: commandOf(id).group,
      keys: keysOf(id),
      run: () => void perform(id, desk),
    }));
}

function connectionEntries({ model }: Desk): Entry[] {
  return model.world.connections
    .filter(({ id }) => id !== model.connection?.id)
    .map(({ id, name, baseUrl }) => ({
      key: `connection:${id}`,
      kind: "connection",
      words: `Switch to ${name}`,
      note: baseUrl,
      keys: "",
      run: () => model.showConnection(id),
    }));
}

function actionEntries({ model }: Desk): Entry[] {
  if (model.selected?.phase.type !== "live") return [];
  return (model.detail?.observation?.actions ?? []).map((action) => ({
    key: `action:${model.selectedId}:${action.id}`,
    kind: "action",
    words: `${action.id} ${action.description}`,
    note: action.role ?? action.category,
    keys: "",
    run: () => {
      model.choose(action.id);
      model.show("step");
    },
  }));
}

function sessionEntries({ model, frame }: Desk): Entry[] {
  const several = model.world.connections.length > 1;
  const names = new Map(model.world.connections.map(({ id, name }) => [id, name]));
  return model.everySession.map((session) => ({
    key: `session:${session.id}`,
    kind: "session",
    words: titleOf(session),
    note: sessionNote(session, several ? (names.get(session.connection) ?? null) : null),
    keys: "",
    run: () => {
      if (session.connection !== model.connection?.id) model.showConnection(session.connection);
      frame.listing.choose(model, session.id);
    },
  }));
}

const sessionNote = (session: SessionState, server: string | null): string =>
  [
    session.url ? hostOf(session.url) : null,
    shortId(session.id),
    stateWords(session).text,
    `${creditsText(session.credits)} cr`,
    server,
  ]
    .filter(Boolean)
    .join(" · ");
