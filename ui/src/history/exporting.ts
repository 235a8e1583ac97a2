import type { Exported, ExportForm, PastSession } from "../backend/backend";
import { plural } from "../controls/format";
import { pastTitle } from "./words";

const kinds: Record<string, string> = {
  "a key": "Keys",
  "a cookie": "Cookies",
  "a password": "Passwords",
  "an authorization": "Authorizations",
  "a token": "Tokens",
};
const places: Record<string, string> = {
  session: "the session",
  call: "what the calls are called",
  page: "titles and addresses",
  failure: "failures",
  request: "requests",
  response: "answers",
  actions: "lists of actions",
  dom: "pages",
  console: "the console",
  network: "the network",
  screenshot: "pictures",
};

/** What was taken out, in words, the most frequent first. */
export const takenOut = ({ removed }: Exported) =>
  removed
    .map(({ kind, place, times }) => ({ kind: kinds[kind] ?? kind, place: places[place] ?? place, times }))
    .sort((a, b) => b.times - a.times);

/** What a person should know before giving the file away. */
export function notesOf({ tooShort, leftOut, pictures }: Exported): string[] {
  const notes: string[] = [];
  if (tooShort > 0)
    notes.push(
      `${plural(tooShort, "value")} of cookies and the like, too short or plain to be searched for, taken out only where they stood.`,
    );
  if (leftOut > 0) notes.push(`${plural(leftOut, "picture")} left out.`);
  if (pictures > 0) notes.push(`${plural(pictures, "picture")} included; look at what can be read in them.`);
  return notes;
}

/** `Price watch 2026-11-25.notex`, `Price watch 2026-11-25 trace.zip` */
export const fileNameOf = (session: PastSession, form: ExportForm): string =>
  `${pastTitle(session).slice(0, 60).trim()} ${session.createdAt.slice(0, 10)}${form === "session_file" ? ".notex" : " trace.zip"}`;
