import type { Call, Help, SessionState } from "../backend/backend";
import type { Inspector } from "../state/inspector.svelte";
import { extensionOf } from "../page/life";

/** Where a live session's help is done. */
export interface Place {
  model: Inspector;
  session: SessionState;
  /** Whose call failed: `step:ID`. */
  scope: string;
  /** That call; null is the last one of its scope. */
  call: Call | null;
  onstart: () => void;
}

const extension = (model: Inspector, session: SessionState) =>
  extensionOf(session, model.connectionOf(session.connection));

/** Whether help can be given to a session of this run. */
export function canHelp({ model, session, scope }: Place, help: Help): boolean {
  const live = session.phase.type === "live";
  switch (help.type) {
    case "start_again":
      return true;
    case "retry":
      return live && model.canRetry(scope);
    case "observe":
    case "try_action":
      return live;
    case "extend":
      // What costs something is asked for where its price stands.
      return live && extension(model, session).confirm === null;
    case "open_request":
      return true;
  }
}

/** Does what helps. */
export async function giveHelp({ model, session, scope, call, onstart }: Place, help: Help): Promise<void> {
  const { id } = session;
  const observe = () =>
    model.run(`observe:${id}`, {
      type: "observe",
      session: id,
      url: null,
      maxActions: model.drafts.most(id),
    });
  switch (help.type) {
    case "start_again":
      return onstart();
    case "retry":
      return model.retry(scope);
    case "observe":
      model.show("observe");
      await observe();
      return;
    case "try_action":
      // The step wants an action that was observed.
      if ((await observe()) === null) return model.show("observe");
      model.choose(help.action);
      return model.show("step");
    case "extend":
      await model.run(`extend:${id}`, extension(model, session).command);
      return;
    case "open_request":
      model.chosenCall = call?.id ?? null;
      model.wantedRequest = help.exchange;
      model.showDrawer("network");
  }
}
