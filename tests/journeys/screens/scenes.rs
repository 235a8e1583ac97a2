//! Every screen and state that has a picture.

/// One of them.
pub(crate) struct Scene {
    /// What its pictures are called.
    pub(crate) name: &'static str,
    /// What the address of the fake UI says.
    pub(crate) query: &'static str,
    /// What is done then: a sentence, and an expression that is asked until it is true.
    pub(crate) then: &'static [(&'static str, &'static str)],
    pub(crate) sizes: Sizes,
}

/// How large its pictures are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sizes {
    Large,
    SmallToo,
}

const fn large(name: &'static str, query: &'static str) -> Scene {
    Scene { name, query, then: &[], sizes: Sizes::Large }
}

const fn both(name: &'static str, query: &'static str) -> Scene {
    Scene { sizes: Sizes::SmallToo, ..large(name, query) }
}

impl Scene {
    const fn then(self, then: &'static [(&'static str, &'static str)]) -> Self {
        Self { then, ..self }
    }
}

/// Tabs are shown, one after the other.
macro_rules! tab {
    ($($words:literal),+) => {
        &[$((
            concat!("the tab ", $words),
            concat!(
                "(() => { const tab = [...document.querySelectorAll('[role=tab]')].find((tab) => tab.textContent.trim().startsWith('",
                $words,
                "')); tab?.click(); return tab?.ariaSelected === 'true'; })()"
            ),
        )),+]
    };
}

/// The live picture is shown, and compared with the last observe.
const LIVE: &[(&str, &str)] = &[(
    "the live picture",
    "(() => { const tab = document.querySelector(\"[aria-label='Picture or live'] [role=tab]:last-child\"); \
     if (tab?.ariaSelected !== 'true') tab?.click(); \
     const strip = document.querySelector(\"[aria-label='Live picture']\")?.textContent ?? ''; \
     return strip.includes('Locked') && !strip.includes('boxes are of'); })()",
)];

/// The first flow is chosen, until its steps are listed.
const FLOW: &[(&str, &str)] = &[(
    "a kept flow",
    "(() => { const steps = document.querySelector('[aria-label=Steps]'); \
     if (!steps) document.querySelector('[aria-label=\"Kept flows\"] [role=option]')?.click(); \
     return steps !== null; })()",
)];

/// The first flow is edited, at the step that reads rows.
const FIELDS: &[(&str, &str)] = &[
    FLOW[0],
    (
        "the fields of a step",
        "(() => { const last = [...document.querySelectorAll('[aria-label=\"Parts of the flow\"] [role=option]')].at(-1); \
         if (!last) [...document.querySelectorAll('[aria-label=Flow] header button')].find((one) => one.textContent.trim() === 'Edit')?.click(); \
         else if (last.ariaSelected !== 'true') last.click(); \
         const field = document.querySelector('[aria-label=\"Rows of field 1\"]'); \
         field?.scrollIntoView({block: 'start'}); return field !== null; })()",
    ),
];

/// The first flow is shown as a program.
const PROGRAM: &[(&str, &str)] = &[
    FLOW[0],
    (
        "the program of a flow",
        "(() => { const code = document.querySelector('[aria-label=Code]'); \
         if (!code) [...document.querySelectorAll('[aria-label=Flow] header button')].find((one) => one.textContent.trim() === 'Code')?.click(); \
         return [...(code?.querySelectorAll('*') ?? [])].some((one) => one.shadowRoot?.querySelector('.cm-line')); })()",
    ),
];

/// Rows that differ are drawn.
const DIFFERS: (&str, &str) =
    ("rows that differ", "document.querySelectorAll('[data-testid=diff-row]').length > 3");

/// A cell of them is chosen, until its place is shown on the picture.
const CELL: &[(&str, &str)] = &[
    DIFFERS,
    (
        "the place of a cell",
        "(() => { const pane = document.querySelector('[aria-label=\"Where the cell was read\"]'); \
         if (!pane) document.querySelectorAll('[data-testid=diff-row]')[1].querySelectorAll('[role=gridcell]')[1].click(); \
         else if (!document.querySelector('[data-testid=cell-box]')) \
           [...pane.querySelectorAll('button')].find((one) => one.textContent.trim() === 'Picture').click(); \
         return document.querySelector('[data-testid=cell-picture]')?.complete === true; })()",
    ),
];

/// A kept session is chosen, and a call of it, until its page is shown with its boxes.
const PAST: &[(&str, &str)] = &[(
    "a kept call",
    "(() => { const call = document.querySelectorAll('[data-testid=calls-row]')[1]; \
     if (!call) document.querySelectorAll('[data-testid=past-row]')[2]?.click(); \
     else if (call.ariaSelected !== 'true') call.click(); \
     const film = [...document.querySelectorAll('[data-testid=filmstrip] img')]; \
     return film.length > 0 && film.every((one) => one.complete) && document.querySelector('[data-testid=past-picture]')?.complete \
       && document.querySelector('[data-action-id]') !== null; })()",
)];

/// A kept session is removed, until that can be taken back.
const REMOVED: &[(&str, &str)] = &[(
    "a removal that can be taken back",
    "(() => { const note = document.querySelector('[data-removed]'); \
     if (!note && !document.querySelector('[aria-label=\"Kept session\"]')) document.querySelectorAll('[data-testid=past-row]')[2]?.click(); \
     else if (!note) [...document.querySelectorAll('[aria-label=\"Kept session\"] header button')].find((one) => one.textContent.trim() === 'Remove')?.click(); \
     return note !== null; })()",
)];

/// A call that failed is chosen, until it is said why.
const FAILED: &[(&str, &str)] = &[(
    "why a kept call failed",
    "(() => { const row = document.querySelectorAll('[data-testid=past-row]')[2]; \
     if (row?.ariaSelected !== 'true') row?.click(); \
     return document.querySelector(\"[aria-label='Why it failed']\") !== null; })()",
)];

/// The filter's field is entered, and typed into, until calls are found and what can be typed is offered.
const FOUND: &[(&str, &str)] = &[(
    "calls that were found",
    "(() => { const field = document.querySelector('[role=combobox]'); \
     if (field && field.value === '') { field.focus(); document.execCommand('insertText', false, 'news c'); } \
     return document.querySelector('[data-testid=hit-row]') !== null || document.querySelectorAll('[role=option]').length > 2; })()",
)];

/// The film of a live session is shown.
const FILM: &[(&str, &str)] = &[(
    "the film",
    "(() => { const film = document.querySelector('[data-testid=filmstrip]'); \
     if (!film) [...document.querySelectorAll('button')].find((one) => one.textContent.trim() === 'Filmstrip')?.click(); \
     return film !== null && [...film.querySelectorAll('img')].every((one) => one.complete); })()",
)];

/// A part of the first card is picked on the picture, until something is there.
macro_rules! pick {
    ($place:literal, $there:literal) => {
        (
            concat!("what is picked at ", $place),
            concat!(
                "(() => { if (document.querySelector('", $there, "')) return true; \
                 const picker = document.querySelector('[data-testid=picker]'); \
                 if (!picker) { [...document.querySelectorAll('button')].find((one) => one.textContent.trim() === 'Pick a field')?.click(); return false; } \
                 const [left, top] = [", $place, "], box = picker.getBoundingClientRect(); \
                 picker.dispatchEvent(new MouseEvent('click', {bubbles: true, clientX: box.x + box.width * left / 1280, clientY: box.y + box.height * top / 800})); \
                 return false; })()"
            ),
        )
    };
}

const SCRAPE: (&str, &str) = (
    "the fields of the Scrape panel",
    "(() => { const tab = [...document.querySelectorAll('[role=tab]')].find((tab) => tab.textContent.trim() === 'Scrape'); \
     if (tab?.ariaSelected !== 'true') tab?.click(); \
     const fields = document.querySelector('form[data-run=scrape] details'); if (fields) fields.open = true; return Boolean(fields); })()",
);
const OFFERED: (&str, &str) = pick!("420, 380", "[data-field-offer]");
const TAKEN: (&str, &str) = (
    "rows of all the cards",
    "(() => { document.querySelector('[data-field-offer] button')?.click(); return Boolean(document.querySelector('[data-field-name=\"0.0\"]')); })()",
);
/// What was built is scraped, and nothing has the caret.
const ROWS: (&str, &str) = (
    "the rows as a table",
    "(() => { if (document.querySelector('[role=grid][aria-label=products]')) { document.activeElement?.blur(); \
     document.querySelector('[data-field-name=\"0\"]')?.closest('fieldset').scrollIntoView(); return true; } \
     document.querySelector('form[data-run=scrape] button[type=submit]')?.click(); return false; })()",
);

/// The settings of the language model, which answered.
const MODEL: (&str, &str) = (
    "what the language model answers",
    "(() => { const part = document.querySelector('#settings-model'); part?.scrollIntoView(); \
     if (part?.textContent.includes('answers in')) { document.activeElement?.blur(); return true; } \
     [...(part?.querySelectorAll('button') ?? [])].find((one) => one.textContent.trim() === 'Ask it')?.click(); return false; })()",
);
const INSTRUCTIONS: (&str, &str) = (
    "what the language model found",
    "(() => { const form = document.querySelector('form[data-run=scrape]'); const words = form?.querySelector('textarea'); \
     if (document.querySelector('[role=grid][aria-label=laptops]')) { document.activeElement?.blur(); words.scrollIntoView({block: 'center'}); return true; } \
     if (!words || words.disabled) return false; \
     if (words.value === '') { words.value = 'All laptops with their names and prices'; words.dispatchEvent(new Event('input', {bubbles: true})); return false; } \
     form.querySelector('button[type=submit]').click(); return false; })()",
);

/// All of them.
pub(crate) const SCENES: &[Scene] = &[
    both("sessions", "fake=full"),
    large("sessions-empty", "fake=empty"),
    large("sessions-loading", "fake=loading"),
    large("sessions-many", "fake=many"),
    large("sessions-crowd", "fake=crowd"),
    large("welcome", "fake=first"),
    large("no-browser", "fake=down"),
    large("unreachable", "fake=unreachable"),
    large("call-runs", "fake=running"),
    both("step", "fake=full").then(tab!("Step")),
    both("scrape", "fake=full").then(tab!("Scrape")),
    large("scrape-tables", "fake=full").then(tab!("Scrape", "Tables")),
    large("scrape-links", "fake=full").then(tab!("Scrape", "Links")),
    large("scrape-images", "fake=full").then(tab!("Scrape", "Images")),
    large("scrape-pick", "fake=full").then(&[SCRAPE, OFFERED]),
    large("scrape-data", "fake=full").then(&[
        SCRAPE,
        OFFERED,
        TAKEN,
        pick!("420, 416", "[data-field-name=\"0.1\"]"),
        pick!("420, 300", "[data-field-name=\"0.2\"]"),
        ROWS,
    ]),
    both("scrape-instructions", "fake=model").then(&[SCRAPE, INSTRUCTIONS]),
    large("scrape-json", "fake=full").then(tab!("Scrape", "JSON")),
    both("guide", "fake=full&guided=s-7f3a").then(tab!("Scrape")),
    large("session-ended", "fake=full&session=s-55aa"),
    large("page-overlaps", "fake=stack"),
    large("page-tabs", "fake=tabs"),
    large("page-right-to-left", "fake=rtl"),
    large("page-long", "fake=long"),
    large("keep-alive", "fake=keep-alive"),
    large("live", "fake=full").then(LIVE),
    both("usage", "fake=full&screen=usage"),
    large("usage-empty", "fake=empty&screen=usage"),
    large("usage-loading", "fake=loading&screen=usage"),
    large("usage-failed", "fake=no_money&screen=usage"),
    large("usage-estimated", "fake=estimated&screen=usage"),
    both("billing", "fake=full&screen=billing"),
    large("billing-failed", "fake=no_money&screen=billing"),
    large("billing-estimated", "fake=estimated&screen=billing"),
    both("flows", "fake=flows&screen=flows").then(FLOW),
    both("flow-fields", "fake=flows&screen=flows").then(FIELDS),
    both("flow-code", "fake=flows&screen=flows").then(PROGRAM),
    both("compare", "fake=full&screen=compare").then(&[DIFFERS]),
    both("compare-wide", "fake=compare_wide&screen=compare").then(&[DIFFERS]),
    both("compare-cell", "fake=full&screen=compare").then(CELL),
    both("history", "fake=full&screen=history").then(PAST),
    large("history-why", "fake=full&screen=history").then(FAILED),
    large("history-search", "fake=full&screen=history").then(FOUND),
    both("session-film", "fake=full").then(FILM),
    large("history-empty", "fake=empty&screen=history"),
    both("history-removed", "fake=full&screen=history").then(REMOVED),
    large("history-failed", "fake=no_history&screen=history"),
    large("log", "fake=full&screen=log"),
    both("settings", "fake=full&screen=settings"),
    both("settings-model", "fake=model&screen=settings").then(&[MODEL]),
    large("palette", "fake=full&palette=1"),
    large("notices", "fake=full&bell=1"),
    large("new-session", "fake=full&ask=new_session"),
    large("close-all", "fake=full&ask=close_all"),
    large("report", "fake=full&open=report"),
    large("add-connection", "fake=full&open=add_connection"),
    large("quit", "fake=full&ask=quit"),
];
