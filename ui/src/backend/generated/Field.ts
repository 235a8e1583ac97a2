import type { FieldSpec } from "./FieldSpec";
export type Field = string | FieldSpec;
