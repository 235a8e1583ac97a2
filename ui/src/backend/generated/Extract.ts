import type { Field } from "./Field";
export type Extract = { fields?: { [key in string]: Field }, auto: boolean, embedded: boolean, };
