import type { Failure, FailureCode, StepFailure } from "../backend/backend";

/** A failure of a run as notes show them; its code is for programs. */
export const asShown = ({ code, message, hint }: StepFailure): Failure => ({
  code: code as FailureCode,
  message,
  hint: hint ?? null,
});
