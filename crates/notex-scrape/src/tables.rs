//! Tables as grids: spans filled in, header rows told apart, and those that only lay out a page known.

use crate::tree::Tree;

const MOST_COLUMNS: usize = 200;
const MOST_ROWS: usize = 20_000;
const MOST_SPAN: usize = 1_000;

/// A table of data. Each place is that of a cell; the same cell stands in all places it spans.
pub(crate) struct Grid {
    pub(crate) rows: Vec<Row>,
    pub(crate) caption: Option<usize>,
    pub(crate) columns: usize,
}

pub(crate) struct Row {
    pub(crate) cells: Vec<Option<Cell>>,
    pub(crate) is_header: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Cell {
    pub(crate) place: usize,
    /// Whether this is the first of the places it spans, across and down.
    pub(crate) begins: (bool, bool),
}

impl Grid {
    /// The data of a table; `None` when it lays out a page.
    pub(crate) fn of(tree: &Tree, table: usize, dropped: &[bool]) -> Option<Self> {
        let element = tree.element(table)?;
        if matches!(element.attribute("role"), Some("presentation" | "none")) {
            return None;
        }
        let mut caption = None;
        let mut rows: Vec<(usize, bool)> = Vec::new();
        for place in tree.inside(table).skip(1) {
            match tree.tag(place) {
                _ if dropped[place] => {}
                "table" => return None,
                "caption" => caption = caption.or(Some(place)),
                "tr" if rows.len() < MOST_ROWS => {
                    let in_head = tree.parent(place).is_some_and(|parent| tree.tag(parent) == "thead");
                    rows.push((place, in_head));
                }
                _ => {}
            }
        }
        let cells = |row: usize| {
            tree.children(row)
                .filter(|cell| matches!(tree.tag(*cell), "td" | "th") && !dropped[*cell])
                .collect::<Vec<_>>()
        };
        let rows: Vec<(Vec<usize>, bool)> = rows
            .into_iter()
            .map(|(row, in_head)| (cells(row), in_head))
            .filter(|(cells, _)| !cells.is_empty())
            .collect();
        let headed =
            rows.iter().any(|(cells, in_head)| *in_head || cells.iter().any(|cell| tree.tag(*cell) == "th"));
        if !headed && caption.is_none() && lays_out(tree, &rows) {
            return None;
        }
        let grid = Self::filled(tree, &rows, caption);
        (grid.columns > 0).then_some(grid)
    }

    fn filled(tree: &Tree, rows: &[(Vec<usize>, bool)], caption: Option<usize>) -> Self {
        let mut grid: Vec<Row> = Vec::new();
        // What hangs down from rows above: the cell, its columns from its first, rows left.
        let mut hanging: Vec<Option<(usize, bool, usize)>> = Vec::new();
        let mut filled = 0;
        let single = rows.iter().all(|(cells, _)| cells.len() == 1);
        for (cells, in_head) in rows {
            let only_heads = cells.iter().all(|cell| tree.tag(*cell) == "th");
            let mut row: Vec<Option<Cell>> = Vec::new();
            let mut next = cells.iter().copied();
            loop {
                let column = row.len();
                if column >= MOST_COLUMNS {
                    break;
                }
                if let Some(Some((place, first, left))) = hanging.get(column).copied() {
                    row.push(Some(Cell { place, begins: (first, false) }));
                    hanging[column] = (left > 1).then_some((place, first, left - 1));
                    continue;
                }
                let Some(place) = next.next() else {
                    if hanging.len() > column {
                        row.push(None);
                        continue;
                    }
                    break;
                };
                let span = |name: &str| {
                    tree.attribute(place, name)
                        .and_then(|n| n.trim().parse().ok())
                        .unwrap_or(1)
                        .clamp(1, MOST_SPAN)
                };
                let (across, down) =
                    (span("colspan").min(MOST_COLUMNS - column), span("rowspan").min(rows.len()));
                for at in 0..across {
                    let column = row.len();
                    row.push(Some(Cell { place, begins: (at == 0, true) }));
                    if down > 1 {
                        if hanging.len() <= column {
                            hanging.resize(column + 1, None);
                        }
                        hanging[column] = Some((place, at == 0, down - 1));
                    }
                }
            }
            while row.last() == Some(&None) {
                row.pop();
            }
            filled += row.len();
            let is_header = *in_head
                || (only_heads
                    && grid.iter().all(|row: &Row| row.is_header)
                    && (cells.len() > 1 || single && grid.is_empty()));
            grid.push(Row { cells: row, is_header });
            if filled > MOST_ROWS * 20 {
                break;
            }
        }
        let columns = grid.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        Self { rows: grid, caption, columns }
    }

    /// How many rows at the top are headers.
    pub(crate) fn header_rows(&self) -> usize {
        let headers = self.rows.iter().take_while(|row| row.is_header).count();
        if headers == self.rows.len() { headers.min(1) } else { headers }
    }
}

/// One column or one row of long texts.
fn lays_out(tree: &Tree, rows: &[(Vec<usize>, bool)]) -> bool {
    let widest = rows.iter().map(|(cells, _)| cells.len()).max().unwrap_or(0);
    if widest <= 1 {
        return true;
    }
    let cells = || rows.iter().flat_map(|(cells, _)| cells.iter().copied());
    let is_block = |place: usize| {
        tree.inside(place).skip(1).any(|inner| {
            matches!(
                tree.tag(inner),
                "h1" | "h2" | "h3" | "article" | "section" | "form" | "main" | "aside" | "nav"
            )
        })
    };
    let long = cells().take(400).filter(|cell| tree.line(*cell, 601).len() > 600 || is_block(*cell)).count();
    long > 0 && rows.len() <= 3 || long * 3 > cells().take(400).count()
}

/// The cell of a table of code that holds the code, where the others hold the numbers of lines.
pub(crate) fn code_in(tree: &Tree, table: usize) -> Option<usize> {
    let named = tree.element(table).is_some_and(|e| {
        [
            "highlighttable",
            "rouge-table",
            "syntaxhighlighter",
            "codehilitetable",
            "hljs-ln",
            "highlight",
            "lntable",
        ]
        .iter()
        .any(|name| e.has_class(name))
    });
    let mut blocks = tree.inside(table).filter(|place| tree.tag(*place) == "pre");
    let (first, second) = (blocks.next()?, blocks.next());
    let numbers = tree.all_text(first).chars().all(|c| c.is_ascii_digit() || c.is_whitespace());
    match second {
        Some(second) if numbers => Some(second),
        None if named && !numbers => Some(first),
        _ => None,
    }
}
