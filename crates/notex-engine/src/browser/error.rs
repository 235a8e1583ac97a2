//! Why a browser or a page could not do what was asked.

/// Why a page could not do what was asked. Each reads as a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The address could not be opened: DNS, refused, TLS, timeout.
    #[error("{url} could not be reached: {why}")]
    Unreachable {
        /// The address.
        url: String,
        /// Why, in words.
        why: String,
    },
    /// The scheme is not one that sessions may open.
    #[error("{0} addresses cannot be opened; use http or https")]
    SchemeRefused(String),
    /// The address is one that pages may not open.
    #[error("{0}")]
    AddressRefused(String),
    /// No observe of this session listed the action, or its element is gone.
    #[error("{0}")]
    UnknownAction(String),
    /// The element is there but cannot be operated: covered, disabled, hidden, wrong value.
    #[error("{0}")]
    NotOperable(String),
    /// An option of the context or of a call that the browser does not take.
    #[error("{field} {why}")]
    BadOption {
        /// The field of the request.
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The page did not answer in time.
    #[error("the page did not answer within {seconds} s: {doing}")]
    TimedOut {
        /// What was tried.
        doing: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The page or the browser is lost.
    #[error("{0}")]
    Lost(String),
    /// The browser answered something it should not.
    #[error("the browser refused {doing}: {why}")]
    Browser {
        /// What was tried.
        doing: String,
        /// What the browser said.
        why: String,
    },
}

/// Why no browser could be started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LaunchError {
    /// No browser was found; holds the sentence with the install command.
    #[error("{0}")]
    NotFound(String),
    /// It was found and did not start.
    #[error("{program} did not start: {why}")]
    DidNotStart {
        /// The program tried.
        program: String,
        /// Why, with the last lines it printed.
        why: String,
    },
    /// The way to get a browser is not built yet.
    #[error("{0}")]
    NotBuilt(String),
}
