//! Flows: calls that can be made again. Owns the document of a flow, the document of what a run of it gave, how a
//! recorded element is found among observed actions, how a flow is made of calls, and what differs between two runs.
//! Pure: no IO, no async, and time is an argument. Who makes the calls is elsewhere (`notex-hub`).

mod diff;
mod flow;
mod making;
mod matching;
mod parse;
mod run;
mod session_run;
mod template;

pub use diff::{
    ActionsDiff, Aspect, Change, ColumnDiff, ColumnFill, DiffError, DiffTotals, Mark, MatchedBy, RowDiff,
    RowKey, RunDiff, RunSide, StepDiff, TableDiff, Weight, diff,
};
pub use flow::{
    Act, DEFAULT_DEADLINE_SECONDS, Deed, Element, Flow, FlowCall, FlowStep, OnFailure, Parameter, ScrapeCall,
    Selector, SelectorKind,
};
pub use making::{Made, RecordedCall, Secrets, make};
pub use matching::{Found, find, words};
pub use parse::FlowError;
pub use run::{
    ActionSeen, ActionsSeen, Count, Matched, ReadPage, Run, RunError, RunOutcome, StepFailure, StepRun,
    StepStatus,
};
pub use session_run::{SeenCall, SeenSession};
pub use template::{Piece, Values, fill, pieces, placeholders};
