//! Keeps one promise: the browser's processes and its profile folder never outlive the engine, whatever ends it.
//! On Unix a shell holds a pipe from the engine; its end of file is the engine's death. The browser itself starts
//! only after that shell knows its process group, so there is no moment in which it could be left behind.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;
use tokio::process::{Child, ChildStdin, ChildStdout};

pub(super) use platform::Guard;

/// What a browser is spoken with, where it can take them over.
pub(super) struct Pipes {
    pub(super) to: ChildStdin,
    pub(super) from: ChildStdout,
}

/// The folder, until it is deleted.
struct Folder(Mutex<Option<TempDir>>);

impl Folder {
    fn new(folder: TempDir) -> Folder {
        Folder(Mutex::new(Some(folder)))
    }

    fn delete(&self) {
        let folder = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(folder) = folder {
            let path = folder.path().to_owned();
            // A process that is just dying may still write; a second try sees it gone.
            if folder.close().is_err() {
                let _ = std::fs::remove_dir_all(path);
            }
        }
    }
}

#[cfg(unix)]
mod platform {
    use std::process::Stdio;
    use std::time::Duration;

    use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
    use tokio::io::AsyncWriteExt;
    use tokio::time::Instant;

    use super::super::process::quiet;
    use super::{Child, ChildStdin, Folder, Mutex, Path, Pipes, PoisonError, TempDir, io};

    /// Waits for the word, then becomes the browser, which is spoken with on the same two pipes and looks for them at 3
    /// and 4. No word means that the engine is gone.
    const STUB: &str = r#"read -r go && exec "$@" 3<&0 4>&1 </dev/null >/dev/null"#;

    /// A word means that the browser has ended and been waited for, so its group's number may belong to others.
    const WATCHDOG: &str = r#"
        trap '' INT TERM HUP
        if read -r word; then exit 0; fi
        kill -9 "-$1" 2>/dev/null
        for again in 1 2 3; do rm -rf -- "$2" && exit 0; sleep 1; done
    "#;

    #[cfg(target_os = "linux")]
    const PIPE_BYTES: usize = 1024 * 1024;
    const GONE_WITHIN: Duration = Duration::from_secs(2);
    const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(5);

    /// The group, its watchdog and the profile.
    pub(crate) struct Guard {
        group: Mutex<Option<Pid>>,
        watchdog: tokio::sync::Mutex<Option<(Child, ChildStdin)>>,
        folder: Folder,
    }

    impl Guard {
        /// Starts the program in a process group of its own, under a watchdog.
        pub(crate) async fn start(
            program: &Path,
            flags: &[String],
            folder: TempDir,
        ) -> io::Result<(Guard, Child, Option<Pipes>)> {
            let missing = || io::Error::other("its process could not be watched");
            let mut stub = quiet(Path::new("/bin/sh"));
            stub.arg("-c").arg(STUB).arg("notex-browser").arg(program).args(flags);
            stub.arg("--remote-debugging-pipe").stdout(Stdio::piped());
            let mut child = stub.process_group(0).kill_on_drop(true).spawn()?;
            let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed())).ok_or_else(missing)?;

            let mut watchdog = quiet(Path::new("/bin/sh"));
            watchdog.arg("-c").arg(WATCHDOG).arg("notex-watchdog");
            watchdog.arg(group.as_raw_nonzero().to_string()).arg(folder.path());
            let mut watchdog = watchdog.stderr(Stdio::null()).process_group(0).spawn()?;
            let pipe = watchdog.stdin.take().ok_or_else(missing)?;

            let mut go = child.stdin.take().ok_or_else(missing)?;
            go.write_all(b"go\n").await?;
            let guard = Guard {
                group: Mutex::new(Some(group)),
                watchdog: tokio::sync::Mutex::new(Some((watchdog, pipe))),
                folder: Folder::new(folder),
            };
            let from = child.stdout.take().ok_or_else(missing)?;
            // A list of thousands of controls comes in one piece; where it may not, it comes in several.
            #[cfg(target_os = "linux")]
            let _ = rustix::pipe::fcntl_setpipe_size(&from, PIPE_BYTES);
            Ok((guard, child, Some(Pipes { to: go, from })))
        }

        /// Kills the whole group at once.
        pub(crate) fn kill(&self) {
            if let Some(group) = *self.group.lock().unwrap_or_else(PoisonError::into_inner) {
                let _ = kill_process_group(group, Signal::KILL);
            }
        }

        /// After the browser's own end: ends what it left, dismisses the watchdog, deletes the profile.
        pub(crate) async fn clean_up(&self) {
            self.kill();
            let group = self.group.lock().unwrap_or_else(PoisonError::into_inner).take();
            let until = Instant::now() + GONE_WITHIN;
            // Renderers are no children of ours: nobody tells when the last one is gone.
            while group.is_some_and(|group| test_kill_process_group(group).is_ok()) && Instant::now() < until
            {
                tokio::time::sleep(LOOK_AGAIN_AFTER).await;
            }
            self.folder.delete();
            if let Some((mut watchdog, mut pipe)) = self.watchdog.lock().await.take() {
                let _ = pipe.write_all(b"ended\n").await;
                drop(pipe);
                let _ = watchdog.wait().await;
            }
        }
    }
}

#[cfg(not(unix))]
mod platform {
    use super::super::process::quiet;
    use super::{Child, Folder, Mutex, Path, Pipes, PoisonError, TempDir, io};

    /// The browser and the profile.
    pub(crate) struct Guard {
        kill: Mutex<Option<u32>>,
        folder: Folder,
    }

    impl Guard {
        /// Starts the program.
        pub(crate) async fn start(
            program: &Path,
            flags: &[String],
            folder: TempDir,
        ) -> io::Result<(Guard, Child, Option<Pipes>)> {
            let child = quiet(program).args(flags).kill_on_drop(true).spawn()?;
            Ok((Guard { kill: Mutex::new(child.id()), folder: Folder::new(folder) }, child, None))
        }

        /// Kills the browser and what it started.
        pub(crate) fn kill(&self) {
            if let Some(id) = *self.kill.lock().unwrap_or_else(PoisonError::into_inner) {
                let _ = std::process::Command::new("taskkill")
                    .args(["/T", "/F", "/PID", &id.to_string()])
                    .status();
            }
        }

        /// After the browser's own end: deletes the profile.
        pub(crate) async fn clean_up(&self) {
            self.kill.lock().unwrap_or_else(PoisonError::into_inner).take();
            self.folder.delete();
        }
    }
}
