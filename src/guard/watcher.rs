//! The role of the watcher: note what the command's process says, and when its pipe closes, end and put
//! back what is left. It does nothing while the command lives.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use camino::Utf8Path;

use super::kept::put_back;

/// The first argument that makes this process the watcher.
pub(super) const WATCHER_ARGUMENT: &str = "__watcher";

/// A process group, by its number.
pub(super) const GROUP: &str = "group";
/// A temporary directory.
pub(super) const DIRECTORY: &str = "directory";
/// The note of a kept file.
pub(super) const FILE: &str = "file";

/// Between two looks at the pipe: whole batches of test processes come and go meanwhile.
const PAUSE: Duration = Duration::from_millis(10);

/// Whether this process was started as the watcher.
pub fn is_watcher(args: &[OsString]) -> bool {
    args.get(1).is_some_and(|first| first == WATCHER_ARGUMENT)
}

/// Watch until the pipe closes, then clean up. What cannot be cleaned up is nobody's to tell.
pub fn run_watcher() -> ExitCode {
    let mut noted = Noted::default();
    let mut input = io::stdin().lock();
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length) = input.read(&mut buffer) {
        if length == 0 {
            break;
        }
        noted.read(&buffer[..length]);
        thread::sleep(PAUSE);
    }
    noted.clean_up();
    ExitCode::SUCCESS
}

/// What is noted now.
#[derive(Default)]
struct Noted {
    items: BTreeSet<String>,
    /// The beginning of a line whose end has not come yet.
    rest: Vec<u8>,
}

impl Noted {
    fn read(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            if let Some(item) = line.trim_end().strip_prefix('+') {
                self.items.insert(item.to_owned());
            } else if let Some(item) = line.trim_end().strip_prefix('-') {
                self.items.remove(item);
            }
        }
    }

    fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        self.items.iter().filter_map(move |item| item.strip_prefix(kind)?.strip_prefix(' '))
    }

    /// Processes first: they must not write any more when the files are put back.
    fn clean_up(&self) {
        let groups: Vec<i32> = self.of(GROUP).filter_map(|number| number.parse().ok()).collect();
        end_groups(&groups);
        for note in self.of(FILE) {
            let _ = put_back(Utf8Path::new(note));
        }
        for directory in self.of(DIRECTORY) {
            let _ = fs::remove_dir_all(directory);
        }
    }
}

/// End the groups with all that their leaders started, wherever it went, and wait until they are gone, for as long as
/// is sensible.
#[cfg(unix)]
pub(super) fn end_groups(groups: &[i32]) {
    use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
    end_trees(groups);
    let groups: Vec<Pid> = groups.iter().filter_map(|number| Pid::from_raw(*number)).collect();
    for group in &groups {
        let _ = kill_process_group(*group, Signal::KILL);
    }
    for _ in 0..200 {
        if groups.iter().all(|group| test_kill_process_group(*group).is_err()) {
            return;
        }
        thread::sleep(PAUSE);
    }
}

/// What left its group is found as long as its leader lives: that is stopped, so that it starts nothing more, and
/// ended last.
#[cfg(target_os = "linux")]
fn end_trees(leaders: &[i32]) {
    use rustix::process::{Pid, Signal, kill_process};
    for leader in leaders.iter().filter_map(|number| Pid::from_raw(*number)) {
        let _ = kill_process(leader, Signal::STOP);
    }
    super::tree::end_below(leaders);
}

#[cfg(all(unix, not(target_os = "linux")))]
fn end_trees(_: &[i32]) {}

#[cfg(not(unix))]
pub(super) fn end_groups(_: &[i32]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_and_did_not_go_is_noted() {
        let mut noted = Noted::default();
        noted.read(b"+group 12\n+file /t/a b\n+gro");
        noted.read(b"up 13\n-group 12\n");
        assert_eq!(noted.of(GROUP).collect::<Vec<_>>(), ["13"]);
        assert_eq!(noted.of(FILE).collect::<Vec<_>>(), ["/t/a b"]);
        assert_eq!(noted.of(DIRECTORY).count(), 0);
    }
}
