export type RemovedSecrets = { kind: string, place: string, times: number, };
