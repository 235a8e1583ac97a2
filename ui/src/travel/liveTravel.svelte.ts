import { untrack } from "svelte";
import type { SessionState } from "../backend/backend";
import type { Viewing } from "../page/viewing.svelte";
import type { Inspector } from "../state/inspector.svelte";
import { keptCall } from "./kept";
import { Travel } from "./travel.svelte";

/** The calls of the session that is looked at, with one selection for its film and its list. Made while a component is. */
export function liveTravel(at: () => { model: Inspector; session: SessionState; viewing: Viewing }): Travel {
  const { model, viewing } = untrack(at);
  const session = () => at().session;
  const travel = new Travel(
    { idOf: ({ id }) => id, whole: ({ number }) => keptCall(model.backend, session(), number) },
    (id) => (model.chosenCall = id),
  );
  const id = $derived(session().id);
  // Another session's film begins anew; the same one's grows.
  $effect(() => {
    void id;
    untrack(() => travel.begin());
  });
  $effect(() => {
    travel.calls = model.detail?.calls ?? [];
  });
  $effect(() => travel.follow(model.chosenCall));
  $effect(() => {
    model.previewCall = travel.hovered === null ? null : (travel.shown?.id ?? null);
  });
  // What is kept of a call is read where it is looked at.
  $effect(() => travel.read(viewing.film || model.chosenCall !== null ? travel.shown : null));
  $effect(() => {
    viewing.kept = travel.whole;
  });
  $effect(() => () => travel.end());
  return travel;
}
