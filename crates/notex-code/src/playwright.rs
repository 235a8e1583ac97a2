//! What the programs with Playwright share: how an element is found, what is done to it, and how fields are picked.

use notex_flow::{Act, Deed, Element, FlowCall, ScrapeCall, Selector, SelectorKind};

use crate::expr::{Expr, Tongue};
use crate::picking::{Holds, Kind, Pick, Place, has, picks};
use crate::plan::{Numbered, Plan};

/// Ends when the page has changed nothing for a moment.
pub(crate) const QUIET: &str = r"() => new Promise((done) => {
  let timer = setTimeout(done, 250);
  const watch = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, 250); });
  watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  setTimeout(done, 3000);
})";

/// Those that Playwright looks elements up by.
const ROLES: &str = " alert alertdialog application article banner blockquote button caption cell checkbox code columnheader \
    combobox complementary contentinfo definition deletion dialog directory document emphasis feed figure form generic grid \
    gridcell group heading img insertion link list listbox listitem log main marquee math menu menubar menuitem \
    menuitemcheckbox menuitemradio meter navigation none note option paragraph presentation progressbar radio radiogroup \
    region row rowgroup rowheader scrollbar search searchbox separator slider spinbutton status strong subscript superscript \
    switch tab table tablist tabpanel term textbox time timer toolbar tooltip tree treegrid treeitem ";

/// What a program needs besides what every one does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(crate) acts: bool,
    pub(crate) chooses: bool,
    pub(crate) tabs: bool,
    pub(crate) reads: bool,
    pub(crate) picks: bool,
    pub(crate) lists: bool,
    pub(crate) firsts: bool,
    pub(crate) absent: bool,
    pub(crate) numbers: bool,
    pub(crate) truths: bool,
}

/// One of the two languages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice(pub(crate) Tongue);

impl Voice {
    fn is_python(self) -> bool {
        self.0 == Tongue::Python
    }

    /// `_` for what waits in TypeScript.
    fn awaited(self) -> &'static str {
        if self.is_python() { "" } else { "await " }
    }

    /// What the language of this voice says.
    fn either<T>(self, python: T, typescript: T) -> T {
        if self.is_python() { python } else { typescript }
    }

    /// The statements of a step; none where there is nothing to do.
    pub(crate) fn lines(self, plan: &mut Plan<'_>, numbered: Numbered<'_>, needs: &mut Needs) -> Vec<String> {
        let wait = self.awaited();
        let goto = |url: &str| format!("{wait}page.goto({})", self.0.text(url));
        let one = match &numbered.step.call {
            FlowCall::Goto { url } | FlowCall::Observe { url: Some(url), .. } => goto(url),
            FlowCall::Observe { url: None, .. } => {
                plan.leave_out_of(numbered, "Playwright lists no actions, and nothing is done");
                return Vec::new();
            }
            FlowCall::Act(act) => return self.acted(act, needs),
            FlowCall::Scrape(scrape) => return vec![self.scraped(plan, numbered, scrape, needs)],
            FlowCall::Back => format!("{wait}page.{}()", self.either("go_back", "goBack")),
            FlowCall::Forward => format!("{wait}page.{}()", self.either("go_forward", "goForward")),
            FlowCall::Reload => format!("{wait}page.reload()"),
            FlowCall::Wait { ms } => {
                format!("{wait}page.{}({ms})", self.either("wait_for_timeout", "waitForTimeout"))
            }
            FlowCall::SwitchTab { tab } => {
                needs.tabs = true;
                format!("{wait}{}({tab})", self.either("switch_tab", "switchTab"))
            }
            FlowCall::OpenTab { url } => {
                needs.tabs = true;
                format!("{wait}{}({})", self.either("open_tab", "openTab"), self.0.text(url))
            }
            FlowCall::CloseTab => {
                needs.tabs = true;
                format!("{wait}{}()", self.either("close_tab", "closeTab"))
            }
        };
        vec![one]
    }

    fn acted(self, act: &Act, needs: &mut Needs) -> Vec<String> {
        needs.acts = true;
        let wait = self.awaited();
        let value = act.value.clone().unwrap_or_default();
        let text = self.0.text(&value);
        let found = format!("{wait}one({})", self.ways(&act.element));
        let deed = match act.deed {
            Deed::Click => "field.click()".to_owned(),
            Deed::Fill => format!("field.fill({text})"),
            Deed::Check => {
                let state = self.0.value(&Expr::Truth(value), 0);
                format!("field.{}({state})", self.either("set_checked", "setChecked"))
            }
            Deed::Select => {
                needs.chooses = true;
                format!("choose(field, {text})")
            }
            Deed::Upload => format!("field.{}({text})", self.either("set_input_files", "setInputFiles")),
        };
        let bound = self.either("field = ", "const field = ");
        let mut lines = vec![format!("{bound}{found}"), format!("{wait}{deed}")];
        if act.enter {
            lines.push(format!("{wait}field.press({})", self.0.literal("Enter")));
        }
        lines
    }

    /// The ways to an element, the best first.
    fn ways(self, element: &Element) -> String {
        let ways: Vec<String> = element.selectors.iter().map(|way| self.way(way)).collect();
        let line = ways.join(", ");
        if line.chars().count() <= 70 {
            return line;
        }
        let (inner, outer) = self.either(("            ", "        "), ("      ", "    "));
        let ways: Vec<String> = ways.into_iter().map(|way| format!("{inner}{way},\n")).collect();
        format!("\n{}{outer}", ways.concat())
    }

    fn way(self, selector: &Selector) -> String {
        match (selector.by, selector.role_and_name()) {
            (SelectorKind::RoleName, Some((role, name))) if ROLES.contains(&format!(" {role} ")) => {
                let (role, name) = (self.0.literal(role), self.0.literal(&name));
                if self.is_python() {
                    format!("page.get_by_role({role}, name={name}, exact=True)")
                } else {
                    format!("page.getByRole({role}, {{ name: {name}, exact: true }})")
                }
            }
            (SelectorKind::RoleName, _) => self.located("page", &selector.as_text()),
            (SelectorKind::XPath, _) => self.located("page", &format!("xpath={}", selector.value)),
            (SelectorKind::TestId | SelectorKind::Id | SelectorKind::Css, _) => self.inside(&selector.value),
        }
    }

    /// CSS with ` >>> ` into frames and shadow roots; those that are open need no word of their own.
    fn inside(self, css: &str) -> String {
        let parts: Vec<&str> = css.split(" >>> ").collect();
        let Some((last, before)) = parts.split_last() else { return self.located("page", css) };
        let root = before.iter().fold("page".to_owned(), |root, part| {
            let element = part.rsplit([' ', '>']).next().unwrap_or(part);
            if element.starts_with("iframe") || element.starts_with("frame") {
                format!("{root}.{}({})", self.either("frame_locator", "frameLocator"), self.0.literal(part))
            } else {
                self.located(&root, part)
            }
        });
        self.located(&root, last)
    }

    fn located(self, root: &str, selector: &str) -> String {
        format!("{root}.locator({})", self.0.literal(selector))
    }

    fn scraped(
        self,
        plan: &mut Plan<'_>,
        numbered: Numbered<'_>,
        scrape: &ScrapeCall,
        needs: &mut Needs,
    ) -> String {
        plan.leave_out(
            "Playwright has no markdown and finds no main content: the text of the page, as it is seen, stands in its place.",
        );
        needs.reads = true;
        let scope = scrape
            .selector
            .as_ref()
            .map(|css| format!("{}.{}", self.located("page", css), self.either("first", "first()")));
        let text = match &scope {
            Some(scope) => scope.clone(),
            None => self.located("page", "body"),
        };
        let mut data = self.either("None", "null").to_owned();
        match &scrape.extract {
            Some(extract) if !extract.fields.is_empty() => {
                let picks = picks(extract, scrape.response_format.as_ref());
                needs.picks = true;
                needs.numbers |= has(&picks, Kind::Number) || has(&picks, Kind::Whole);
                needs.truths |= has(&picks, Kind::Truth);
                data = self.picked(&picks, scope.as_deref().unwrap_or("page"), 4, needs);
            }
            Some(_) | None => {}
        }
        let extract = scrape.extract.as_ref();
        if extract.is_some_and(|extract| extract.auto || extract.embedded) {
            plan.leave_out_of(
                numbered,
                "Playwright finds no tables, repeated items and embedded data by itself",
            );
        }
        if scrape.instructions.is_some() || (extract.is_none() && scrape.response_format.is_some()) {
            plan.leave_out_of(numbered, "Playwright asks no language model, and there is no data");
        }
        if scrape.images {
            plan.leave_out_of(numbered, "images are not listed");
        }
        format!("{}read({}, {text}, {data})", self.awaited(), numbered.number)
    }

    /// An object with these fields.
    fn picked(self, fields: &[Pick], scope: &str, indent: usize, needs: &mut Needs) -> String {
        let inner = indent + self.either(4, 2);
        let pad = " ".repeat(inner);
        let lines: Vec<String> = fields
            .iter()
            .map(|field| {
                let value = self.value(field, scope, inner, needs);
                format!("{pad}{}: {value}", self.0.key(&field.name))
            })
            .collect();
        let object = format!("{{\n{},\n{}}}", lines.join(",\n"), " ".repeat(indent));
        let absent: Vec<String> = fields
            .iter()
            .filter(|field| field.may_be_absent)
            .map(|field| self.0.literal(&field.name))
            .collect();
        if absent.is_empty() {
            return object;
        }
        needs.absent = true;
        format!("without({object}, {})", absent.join(", "))
    }

    fn value(self, field: &Pick, scope: &str, indent: usize, needs: &mut Needs) -> String {
        let place = match &field.place {
            Place::Css(css) => self.located(scope, css),
            Place::XPath(path) => self.located(scope, &format!("xpath={path}")),
            Place::Itself if scope == "page" => self.located("page", "html"),
            Place::Itself => scope.to_owned(),
        };
        // Names of what is read in a loop differ by how deep it stands.
        let deep = (indent - 4) / self.either(4, 2);
        let item = if deep <= 1 { "row".to_owned() } else { format!("row{deep}") };
        let wait = self.awaited();
        needs.lists |= field.is_list;
        match (&field.holds, field.is_list) {
            (Holds::Value(kind), false) => self.typed(*kind, &self.text_of(&place, field)),
            (Holds::Value(kind), true) => {
                let one = self.typed(*kind, &self.text_of(&item, field));
                self.each(&place, &item, &one)
            }
            (Holds::Fields(inner), true) => {
                let row = self.picked(inner, &item, indent, needs);
                self.each(&place, &item, &row)
            }
            (Holds::Fields(inner), false) => {
                needs.firsts = true;
                let row = self.picked(inner, &item, indent, needs);
                if self.is_python() {
                    format!("first({place}, lambda {item}: {row})")
                } else {
                    format!("{wait}first({place}, async ({item}) => ({row}))")
                }
            }
        }
    }

    fn each(self, place: &str, item: &str, made: &str) -> String {
        if self.is_python() {
            format!("[{made} for {item} in {place}.all()]")
        } else {
            format!("await each({place}, async ({item}) => ({made}))")
        }
    }

    fn text_of(self, place: &str, field: &Pick) -> String {
        let attribute = field.attribute.as_ref().map(|name| format!(", {}", self.0.literal(name)));
        format!("{}text({place}{})", self.awaited(), attribute.unwrap_or_default())
    }

    fn typed(self, kind: Kind, text: &str) -> String {
        match (kind, self.is_python()) {
            (Kind::Text, _) => text.to_owned(),
            (Kind::Number, _) => format!("number({text})"),
            (Kind::Whole, true) => format!("number({text}, whole=True)"),
            (Kind::Whole, false) => format!("number({text}, true)"),
            (Kind::Truth, _) => format!("truth({text})"),
        }
    }

    /// How the browser's context is made, as named fields.
    pub(crate) fn context(self, plan: &mut Plan<'_>) -> Expr {
        let mut context = Expr::map([]);
        let (mut width, mut height) = (1_280.into(), 800.into());
        for (name, value) in plan.start.clone() {
            match name.as_str() {
                "viewport_width" => width = value,
                "viewport_height" => height = value,
                "user_agent" => context.push(self.either("user_agent", "userAgent"), value),
                "extra_http_headers" => {
                    context.push(self.either("extra_http_headers", "extraHTTPHeaders"), value)
                }
                "locale" => context.push("locale", value),
                "timezone" => context.push(self.either("timezone_id", "timezoneId"), value),
                "proxies" => match value {
                    Expr::List(mut proxies) if proxies.len() == 1 => {
                        if let Some(Expr::Map(fields)) = proxies.first_mut() {
                            fields.retain(|(name, _)| name != "type");
                        }
                        context.push("proxy", proxies.remove(0));
                    }
                    _ => plan.leave_out("Start, proxies: they are those of a server."),
                },
                other => plan.leave_out(format!("Start, {other}: Playwright has no word for it.")),
            }
        }
        context.push("viewport", Expr::map([("width", width), ("height", height)]));
        context
    }
}
