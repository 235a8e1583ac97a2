import type { Backend, Failure } from "../backend/backend";

/** The largest file that a session takes, in bytes. */
const LARGEST = 32 * 1024 * 1024;

/** Gives a file to a session and answers the name it is kept by. Rejects with a Failure. */
export async function upload(backend: Pick<Backend, "send">, session: string, file: File): Promise<string> {
  const { file: kept } = await backend.send({
    type: "add_file",
    session,
    name: file.name,
    contents: await inBase64(file),
  });
  return kept ?? file.name;
}

/** What a file holds. Rejects with a Failure, also when it is larger than a session takes. */
export async function inBase64(file: File): Promise<string> {
  if (file.size > LARGEST)
    throw {
      code: "invalid",
      message: `${file.name} is larger than 32 MB, the most that a session takes`,
      hint: null,
    } satisfies Failure;
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const address = String(reader.result);
      resolve(address.slice(address.indexOf(",") + 1));
    };
    reader.onerror = () =>
      reject(Object.assign(new Error(`${file.name} cannot be read`), { code: "invalid", hint: null }));
    reader.readAsDataURL(file);
  });
}
