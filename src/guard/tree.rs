//! Who started whom, as `/proc` tells it. Owns the end of everything below a process; refuses to know why.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Between two looks at who is left.
const PAUSE: Duration = Duration::from_millis(5);

/// So often is looked whether something is left: who forks all the time is caught in one of them.
const LOOKS: u32 = 1000;

struct Process {
    number: i32,
    parent: i32,
    /// It has ended, and its parent has not heard of it yet.
    is_over: bool,
}

/// The processes that live below `roots`, themselves left out. Those whose parent has ended count where a process on
/// the way has taken them over.
pub fn below(roots: &[i32]) -> Vec<i32> {
    look(roots).into_iter().filter(|process| !process.is_over).map(|process| process.number).collect()
}

/// Kill what one look finds below `roots`.
pub fn kill_below(roots: &[i32]) {
    below(roots).into_iter().for_each(kill);
}

/// Kill everything below `roots` until nothing is left, for as long as is sensible. One look that finds nothing is not
/// enough: whoever was started while it was taken, by one that was over before its turn came, is not in it. The next
/// look has him or whom he started, alive or over, so that it must find nobody new.
pub fn end_below(roots: &[i32]) {
    let mut known: Option<BTreeSet<i32>> = None;
    for _ in 0..LOOKS {
        let found = look(roots);
        let numbers = found.iter().map(|process| process.number).collect();
        let has_ended = found.iter().all(|process| process.is_over);
        if has_ended && known.is_some_and(|known| known.is_superset(&numbers)) {
            return;
        }
        found.iter().filter(|process| !process.is_over).for_each(|process| kill(process.number));
        known = Some(numbers);
        thread::sleep(PAUSE);
    }
}

/// What is below `roots`, also what is over and not yet taken note of.
fn look(roots: &[i32]) -> Vec<Process> {
    let mut children: BTreeMap<i32, Vec<Process>> = BTreeMap::new();
    for process in processes() {
        children.entry(process.parent).or_default().push(process);
    }
    let mut found = Vec::new();
    let mut open = roots.to_vec();
    while let Some(parent) = open.pop() {
        // Each has one parent, so that none is found twice; a root below another one was taken already.
        let below = children.remove(&parent).unwrap_or_default();
        open.extend(below.iter().map(|process| process.number));
        found.extend(below.into_iter().filter(|process| !roots.contains(&process.number)));
    }
    found
}

/// Kill every process whose environment has `mark`, a variable with its value.
pub fn end_marked(mark: &str) {
    let is_marked = |number: &i32| {
        let environment = fs::read(format!("/proc/{number}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    };
    for _ in 0..LOOKS {
        let left: Vec<i32> = processes().into_iter().map(|process| process.number).filter(is_marked).collect();
        if left.is_empty() {
            return;
        }
        left.into_iter().for_each(kill);
        thread::sleep(PAUSE);
    }
}

/// How many processes and threads there are, by a look that costs next to nothing; none where nobody says it.
pub fn tasks() -> Option<u32> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().nth(3)?.split_once('/')?.1.parse().ok()
}

fn kill(number: i32) {
    if let Some(pid) = Pid::from_raw(number) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

fn processes() -> Vec<Process> {
    let numbers = fs::read_dir("/proc").into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    numbers.filter_map(|number: i32| read(number, &fs::read(format!("/proc/{number}/stat")).ok()?)).collect()
}

/// `number (name) state parent ..`; a name may hold anything.
fn read(number: i32, stat: &[u8]) -> Option<Process> {
    let text = String::from_utf8_lossy(stat);
    let mut words = text.rsplit_once(')')?.1.split_whitespace();
    let state = words.next()?;
    Some(Process { number, parent: words.next()?.parse().ok()?, is_over: matches!(state, "Z" | "X") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn a_name_may_hold_anything() {
        let process = read(7, b"7 (a) S 1 (b) R 5 7 7 0").unwrap();
        assert_eq!((process.number, process.parent, process.is_over), (7, 5, false));
        assert!(read(7, b"7 (a) Z 5 7").unwrap().is_over);
        assert!(read(7, b"").is_none());
    }

    #[test]
    fn what_a_child_started_is_below_it_and_ends() {
        let mut child = Command::new("sh").args(["-c", "sleep 600 & wait; wait"]).stdout(Stdio::null()).spawn().unwrap();
        let number = i32::try_from(child.id()).unwrap();
        while below(&[number]).is_empty() {
            thread::sleep(PAUSE);
        }
        end_below(&[number]);
        assert_eq!(below(&[number]), [0; 0]);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn there_are_tasks() {
        assert!(tasks().unwrap() > 1);
    }
}
