export type Exporting = { session: number, done: number, of: number, };
