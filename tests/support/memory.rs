//! What processes hold of the machine's memory, read from /proc.

use std::fs;

/// Kilobytes of one or more processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// With pages that others use too counted by their share. The measure of a group of processes, but it falls when a
    /// stranger runs the same browser.
    pub pss_kb: u64,
    /// Without any page that others use too.
    pub private_kb: u64,
    /// With all pages counted whole. The measure of one process.
    pub rss_kb: u64,
    /// How many processes were found.
    pub processes: usize,
}

impl Memory {
    /// Of these processes together. Those that have ended count nothing.
    pub fn of(ids: impl IntoIterator<Item = u32>) -> Self {
        ids.into_iter().filter_map(of_one).fold(Self::default(), |sum, one| Self {
            pss_kb: sum.pss_kb + one.pss_kb,
            private_kb: sum.private_kb + one.private_kb,
            rss_kb: sum.rss_kb + one.rss_kb,
            processes: sum.processes + 1,
        })
    }
}

/// The resident kilobytes and the open files of a process; `None` when it has ended.
pub(crate) fn resident_kb_and_files(id: u32) -> Option<(u64, u64)> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let files = fs::read_dir(format!("/proc/{id}/fd")).ok()?.count();
    Some((kilobytes(&status, "VmRSS:"), files as u64))
}

fn of_one(id: u32) -> Option<Memory> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    Some(Memory {
        pss_kb: kilobytes(&rollup, "Pss:"),
        private_kb: kilobytes(&rollup, "Private_Clean:") + kilobytes(&rollup, "Private_Dirty:"),
        rss_kb: kilobytes(&rollup, "Rss:"),
        processes: 1,
    })
}

fn kilobytes(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_very_process_holds_memory() {
        let own = Memory::of([std::process::id()]);
        assert!(own.private_kb > 100 && own.rss_kb >= own.pss_kb && own.pss_kb >= own.private_kb, "{own:?}");
        assert_eq!(own.processes, 1);
    }
}
