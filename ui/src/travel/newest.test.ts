import { expect, it } from "vitest";
import { NewestPicture, type Drawable } from "./newest.svelte";

/** Pictures that come when they are let. */
function slow() {
  const asked: string[] = [];
  const waiting: { url: string; come: (one: Drawable) => void; fail: (why: Error) => void }[] = [];
  const picture = new NewestPicture(
    (url) =>
      new Promise((come, fail) => {
        asked.push(url);
        waiting.push({ url, come, fail });
      }),
    () => Promise.resolve(),
  );
  const settle = async (end: "come" | "fail") => {
    const one = waiting.shift();
    if (end === "come") one?.come({ url: one.url, size: { width: 4, height: 3 } });
    else one?.fail(new Error("gone"));
    for (let turn = 0; turn < 4; turn++) await Promise.resolve();
  };
  return { picture, asked, settle };
}

it("while a picture comes the one before stays, and of those that were wished meanwhile only the newest is asked for", async () => {
  const { picture, asked, settle } = slow();
  for (const url of ["a", "b", "c", "d"]) picture.want(url);
  expect(asked).toEqual(["a"]);
  await settle("come");
  expect(picture.drawn?.url).toBe("a");
  expect(asked).toEqual(["a", "d"]);
  await settle("come");
  expect(picture.drawn?.url).toBe("d");
  picture.want("d");
  expect(asked).toEqual(["a", "d"]);
});

it("a picture that does not come is told, asked for once, and the next one is asked for", async () => {
  const { picture, asked, settle } = slow();
  picture.want("gone");
  await settle("fail");
  picture.want("gone");
  expect([picture.failed, picture.drawn, asked]).toEqual(["gone", null, ["gone"]]);
  picture.want("b");
  picture.want(null);
  await settle("come");
  expect([picture.failed, picture.drawn?.url, asked]).toEqual([null, "b", ["gone", "b"]]);
});
