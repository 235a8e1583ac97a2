import type { RemovedSecrets } from "./RemovedSecrets";
export type Exported = { bytes: number, calls: number, removed: Array<RemovedSecrets>, searchedFor: number, tooShort: number, leftOut: number, pictures: number, };
