import { expect, it } from "vitest";
import { Draft } from "./draft.svelte";

it("what is not edited follows the server", () => {
  const draft = new Draft({ step: 1 });
  draft.offer({ step: 2 });
  expect(draft.value).toEqual({ step: 2 });
  expect(draft.changed).toBe(false);
});

it("an edit is kept when the server answers again, and says so only when its values are others", () => {
  const draft = new Draft({ step: 1 });
  draft.value.step = 5;
  draft.offer({ step: 1 });
  expect([draft.value.step, draft.theirs]).toEqual([5, null]);
  draft.offer({ step: 2 });
  expect([draft.value.step, draft.theirs]).toEqual([5, { step: 2 }]);
  draft.offer({ step: 1 });
  expect(draft.theirs).toBeNull();
});

it("an edit that was saved is no edit any more, and the server's values can be taken", () => {
  const draft = new Draft({ step: 1 });
  draft.value.step = 5;
  draft.offer({ step: 5 });
  expect([draft.changed, draft.theirs]).toEqual([false, null]);
  draft.value.step = 6;
  draft.offer({ step: 7 });
  draft.take();
  expect([draft.value.step, draft.changed]).toEqual([7, false]);
});
