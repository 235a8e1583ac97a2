import type { Action, Backend, PastCall, SessionState } from "../backend/backend";
import type { Viewport } from "../backend/generated/Viewport";

const object = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const isAction = (value: unknown): value is Action => {
  const { id, description } = object(value);
  return typeof id === "string" && typeof description === "string";
};

/** The actions that a call listed, as it was answered. */
export function actionsOf(whole: PastCall | null): Action[] {
  const { actions } = object(object(whole?.response).space);
  return Array.isArray(actions) ? actions.filter(isAction) : [];
}

/** What of the page was seen, when the answer says. */
export function viewportOf(whole: PastCall | null): Viewport | null {
  const { viewport } = object(object(whole?.response).metadata);
  const { viewport_width: width, viewport_height: height } = object(viewport);
  return typeof width === "number" && typeof height === "number" ? (viewport as Viewport) : null;
}

/** All that is kept of a call, by its session's number in the history and its own within the session. */
export async function wholeCall(backend: Backend, session: number, number: number): Promise<PastCall> {
  const answer = await backend.query({ type: "history_call", session, number });
  if (answer.type !== "history_call") throw new Error("the history answered something else");
  return answer.value;
}

/** The same of a session of this run. */
export async function keptCall(
  backend: Backend,
  { connection, id }: Pick<SessionState, "connection" | "id">,
  number: number,
): Promise<PastCall> {
  const answer = await backend.query({ type: "history_session", connection, session: id });
  if (answer.type !== "history_session" || answer.value === null)
    throw { code: "other", message: "This session is not in the history yet.", hint: null };
  return wholeCall(backend, answer.value.key, number);
}
