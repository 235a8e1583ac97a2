import type { Field } from "./Field";
export type FieldSpec = { selector: string, attribute?: string | null, list: boolean, fields?: { [key in string]: Field }, };
