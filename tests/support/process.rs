//! Processes of the system, read from /proc: who belongs to a program we started, and whether they are still there.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

/// One process, told from a later one with the same number by when it started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Process {
    id: u32,
    started: u64,
}

/// The processes that a program started, at some moment.
#[derive(Clone, Debug)]
pub struct Family(BTreeMap<Process, String>);

impl Family {
    /// The descendants of `ancestor`, and whoever mentions `mark` (a folder of that program) on the command line, which
    /// finds those that a double fork has cut off. `ancestor` itself is not among them.
    pub fn of(ancestor: u32, mark: &str) -> Self {
        let all = processes();
        let mut family = BTreeMap::new();
        loop {
            let before = family.len();
            for (process, (parent, line)) in &all {
                let is_child =
                    *parent == ancestor || family.keys().any(|known: &Process| known.id == *parent);
                if process.id != ancestor && (is_child || line.contains(mark)) {
                    family.insert(*process, line.clone());
                }
            }
            if family.len() == before {
                return Self(family);
            }
        }
    }

    /// Those of them that still run.
    pub fn survivors(&self) -> Vec<String> {
        let all = processes();
        self.0
            .iter()
            .filter(|(process, _)| all.contains_key(process))
            .map(|(process, line)| format!("{} {line}", process.id))
            .collect()
    }

    /// Their process ids.
    pub fn ids(&self) -> Vec<u32> {
        self.0.keys().map(|process| process.id).collect()
    }

    /// Those among them that run this program, which is a path.
    pub fn running(&self, program: &str) -> Vec<u32> {
        let is_it = |line: &str| line.split(' ').next() == Some(program);
        self.0.iter().filter(|(_, line)| is_it(line)).map(|(process, _)| process.id).collect()
    }

    /// The main processes of browsers among them.
    pub fn browsers(&self) -> Vec<u32> {
        let is_browser = |line: &str| line.contains("--remote-debugging-") && !line.contains("--type=");
        self.0.iter().filter(|(_, line)| is_browser(line)).map(|(process, _)| process.id).collect()
    }
}

/// Sends a signal, such as `KILL`; a process that is gone is no failure.
pub fn signal(name: &str, process: u32) {
    // `--` keeps a negative number, which is a process group, from being read as an option.
    let _ = Command::new("kill").args([&format!("-{name}"), "--", &process.to_string()]).output();
}

/// Signals every process of a group.
pub(crate) fn signal_group(name: &str, group: u32) {
    let _ = Command::new("kill").args([&format!("-{name}"), "--", &format!("-{group}")]).output();
}

/// Every process that has not ended, with its parent and its command line. Zombies have ended.
fn processes() -> BTreeMap<Process, (u32, String)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let Some((started, parent)) =
            fs::read_to_string(entry.path().join("stat")).ok().as_deref().and_then(parse_stat)
        else {
            continue;
        };
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        found.insert(Process { id, started }, (parent, String::from_utf8_lossy(&line).replace('\0', " ")));
    }
    found
}

/// When it started (in clock ticks) and its parent; `None` for a zombie. The name in brackets may hold anything.
fn parse_stat(stat: &str) -> Option<(u64, u32)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    match fields.first() {
        Some(&("Z" | "X")) | None => None,
        Some(_) => Some((fields.get(19)?.parse().ok()?, fields.get(1)?.parse().ok()?)),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_child_belongs_to_the_family_until_it_ends() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let family = Family::of(std::process::id(), "no such mark");
        assert!(
            family.survivors().iter().any(|line| line.starts_with(&child.id().to_string())),
            "{family:?}"
        );
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!family.survivors().iter().any(|line| line.starts_with(&child.id().to_string())));
    }

    #[test]
    fn a_process_name_with_brackets_and_blanks_is_read() {
        let fields = "S 7 1 1 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4242 0";
        assert_eq!(parse_stat(&format!("12 (a) b) {fields}")), Some((4242, 7)));
        assert_eq!(parse_stat(&format!("12 (gone) {}", fields.replacen('S', "Z", 1))), None);
    }
}
