//! The current contract as `notte-sdk` 1.10.0 speaks it. Starting, listing and looking at sessions is in the classic
//! shapes ([`crate::StartRequest`], [`crate::SessionAnswer`], [`crate::SessionPage`]): one serves both.

mod execute;
mod files;
mod page;
mod session;

pub use execute::{
    ActionType, ExceptionDetail, ExecuteRequest, ExecutionResult, NodeSelectors, SelectorRequest, WaitUntil,
};
pub use files::{FileSource, SessionFile, SessionFilePage};
pub use page::{
    BoundingBox, DataSpace, ElementState, InteractionAction, Metadata, Observation, ObserveRequest,
    PixelViewport, SAMPLE_VALUE, ScrapeRequest, Screenshot, Space,
};
pub use session::{
    AuthAnswer, CookiesAnswer, CookiesSet, DebugAnswer, DebugSockets, DebugTab, OffsetAnswer,
    SetCookiesRequest,
};
