import { plainStart } from "../sessions/newSession";
import type { Inspector } from "../state/inspector.svelte";

/** Starts a session on the local engine and observes the practice page in it; its id, or null when that failed. */
export async function tryPractice(model: Inspector, scope: string): Promise<string | null> {
  const { settings, practiceUrl } = model.world;
  const outcome = await model.run(scope, { type: "start_session", connection: "local", options: plainStart });
  const session = outcome?.session ?? null;
  if (session === null) return null;
  model.showConnection("local");
  model.select(session);
  model.show("observe");
  if (settings) model.saveSettings({ ...settings, welcomed: true });
  if (practiceUrl !== null)
    void model.run(`bar:${session}`, { type: "observe", session, url: practiceUrl, maxActions: null });
  return session;
}
