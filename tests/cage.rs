//! What mutants do to the machine that they run on: nothing, in the cage. The same run without it does the harm, in
//! places of this test's own, so that the difference is the cage's.

// The cage is Linux's; who lives on is read from `/proc`.
#![cfg(target_os = "linux")]

mod scratch;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::{Duration, Instant};

use cargo_gate::report::json::layout;

use scratch::{Scratch, said};

/// Who has the machine: a run that starts processes without end leaves too little of it to others.
static MACHINE: RwLock<()> = RwLock::new(());

fn alone() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().unwrap_or_else(PoisonError::into_inner)
}

fn beside_others() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().unwrap_or_else(PoisonError::into_inner)
}

/// The fixture `hostile` and all that it may harm.
struct Surroundings {
    scratch: Scratch,
    listener: TcpListener,
    victim: Child,
    /// How long its left-overs would sleep, which is how they are found.
    sleep: String,
}

/// What there is after a run.
#[expect(clippy::struct_excessive_bools, reason = "each is a harm of its own")]
#[derive(Debug, PartialEq, Eq)]
struct After {
    outside_stands: bool,
    home_is_clean: bool,
    was_called: bool,
    victim_lives: bool,
    lives_on: Vec<String>,
}

impl Surroundings {
    fn new() -> Surroundings {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        let scratch = Scratch::fixture("hostile");
        fs::create_dir_all(scratch.output("outside/deep")).unwrap();
        fs::create_dir(scratch.output("home")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let victim = Command::new("sleep").arg("1000").stdout(Stdio::null()).spawn().unwrap();
        let sleep = format!("{}.{}", 4000 + RUNS.fetch_add(1, Ordering::Relaxed), std::process::id());
        Surroundings { scratch, listener, victim, sleep }
    }

    /// Run the gate with `policy` on top of the fixture's; how each mutant ended, and what there is afterwards.
    fn run(&mut self, policy: &str) -> (layout::Run, After) {
        let gates = self.scratch.root().join("gates.toml");
        let text = fs::read_to_string(&gates).unwrap();
        fs::write(&gates, text.replace("version = 1\n", &format!("version = 1\n{policy}\n"))).unwrap();
        let mut command = self.scratch.gate();
        let cargo_home = std::env::var("CARGO_HOME").unwrap_or_else(|_| format!("{}/.cargo", std::env::var("HOME").unwrap()));
        let rustup_home = std::env::var("RUSTUP_HOME").unwrap_or_else(|_| format!("{}/.rustup", std::env::var("HOME").unwrap()));
        command.env("CARGO_HOME", cargo_home).env("RUSTUP_HOME", rustup_home).env("HOME", self.scratch.output("home"));
        command.env("HOSTILE_OUTSIDE", self.scratch.output("outside")).env("HOSTILE_HOME", self.scratch.output("home"));
        command.env("HOSTILE_ADDRESS", self.listener.local_addr().unwrap().to_string()).env("HOSTILE_TOKEN", "hush");
        command.env("HOSTILE_VICTIM", self.victim.id().to_string()).env("HOSTILE_SLEEP", &self.sleep);
        let output = command.args(["--format", "json"]).output().unwrap();
        let run = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        (run, self.after())
    }

    fn after(&mut self) -> After {
        After {
            outside_stands: self.scratch.output("outside/deep").exists(),
            home_is_clean: !self.scratch.output("home/note").exists(),
            was_called: !matches!(self.listener.accept(), Err(error) if error.kind() == ErrorKind::WouldBlock),
            victim_lives: self.victim.try_wait().unwrap().is_none(),
            lives_on: self.lives_on(),
        }
    }

    /// What still lives when the process that cleans up has had its moment.
    fn lives_on(&self) -> Vec<String> {
        let start = Instant::now();
        loop {
            let left = self.left_overs();
            if left.is_empty() || start.elapsed() > Duration::from_secs(5) {
                return left;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The command lines of what the fixture left running, and of what still works for the run.
    fn left_overs(&self) -> Vec<String> {
        let target = self.scratch.output("target").into_os_string().into_string().unwrap();
        let read = |number: &str, file: &str| {
            let bytes = fs::read(format!("/proc/{number}/{file}")).unwrap_or_default();
            String::from_utf8_lossy(&bytes).replace('\0', " ")
        };
        let numbers = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let numbers = numbers.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
        let ours = numbers.filter(|number| read(number, "cmdline").contains(&self.sleep) || read(number, "environ").contains(&target));
        ours.map(|number| read(&number, "cmdline")).collect()
    }
}

impl Drop for Surroundings {
    fn drop(&mut self) {
        let _ = self.victim.kill();
        let _ = self.victim.wait();
    }
}

/// How the mutants ended that do what they must not, by function.
fn verdicts(run: &layout::Run) -> BTreeMap<String, Vec<String>> {
    let mut verdicts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mutant in run.mutants.list.iter().filter(|mutant| mutant.replacement != "false") {
        verdicts.entry(mutant.function.clone().unwrap_or_default()).or_default().push(mutant.status.clone());
    }
    verdicts
}

fn expected() -> BTreeMap<String, Vec<String>> {
    let functions = ["bomb", "call", "clean", "daemonise", "flee", "hoard", "murder", "note", "stay", "tell"];
    let status = |function| if function == "bomb" { "Timeout" } else { "Killed" };
    functions.map(|function| (function.to_owned(), vec![status(function).to_owned(); 2])).into()
}

#[test]
fn in_the_cage_nothing_outside_is_touched_and_nothing_lives_on() {
    let _machine = alone();
    let mut surroundings = Surroundings::new();
    let (run, after) = surroundings.run("");
    let untouched = After { outside_stands: true, home_is_clean: true, was_called: false, victim_lives: true, lives_on: Vec::new() };
    assert_eq!(after, untouched);
    assert_eq!((verdicts(&run), &*run.outcome), (expected(), "pass"));
    let cage = run.cage.unwrap();
    assert_eq!((&*cage.mode, cage.missing.len()), ("on", 0), "{cage:?}");
}

#[test]
fn without_it_the_harm_is_done_and_the_verdicts_are_the_same() {
    let _machine = alone();
    let mut surroundings = Surroundings::new();
    let (run, after) = surroundings.run("cage = \"off\"");
    let harmed = After { outside_stands: false, home_is_clean: false, was_called: true, victim_lives: false, lives_on: Vec::new() };
    assert_eq!(after, harmed);
    assert_eq!((verdicts(&run), &*run.outcome), (expected(), "pass"));
    assert_eq!(run.cage.unwrap().active, [""; 0]);
}

/// A crate whose tests do what many do; `body` is one test more.
fn suite(body: &str) -> Scratch {
    let scratch = Scratch::fixture("all-pass");
    fs::create_dir(scratch.root().join("tests")).unwrap();
    fs::create_dir(scratch.root().join("golden")).unwrap();
    scratch.with("tests/more.rs", &format!("use std::fs;\n#[test]\nfn it_does() {{\n{body}\n}}\n"))
}

#[test]
fn common_tests_live_in_it() {
    let _machine = beside_others();
    for body in [
        // A temporary directory, a file in cargo's scratch space, a child that writes, a server and its client.
        "let at = std::env::temp_dir().join(\"a\"); fs::create_dir(&at).unwrap(); fs::rename(&at, at.with_file_name(\"b\")).unwrap();",
        "fs::write(concat!(env!(\"CARGO_TARGET_TMPDIR\"), \"/a\"), \"b\").unwrap();",
        "assert!(std::process::Command::new(\"sh\").args([\"-c\", \"cd $TMPDIR && echo a > b && rm b && echo c > /dev/null\"]).status().unwrap().success());",
        "let server = std::net::TcpListener::bind(\"127.0.0.1:0\").unwrap(); std::net::TcpStream::connect(server.local_addr().unwrap()).unwrap(); server.accept().unwrap();",
        "let at = std::env::temp_dir().join(\"s\"); let _server = std::os::unix::net::UnixListener::bind(&at).unwrap(); std::os::unix::net::UnixStream::connect(at).unwrap();",
        // Cargo, on a package that the test makes.
        "let at = std::env::temp_dir(); fs::create_dir(at.join(\"src\")).unwrap(); fs::write(at.join(\"src/lib.rs\"), \"\").unwrap();
         fs::write(at.join(\"Cargo.toml\"), \"[package]\\nname = 'x'\\nversion = '0.0.0'\\n\").unwrap();
         let mut cargo = std::process::Command::new(\"cargo\"); cargo.args([\"test\", \"--offline\", \"--target-dir\", \"t\"]).current_dir(at);
         let done = cargo.output().unwrap(); assert!(done.status.success(), \"{}\", String::from_utf8_lossy(&done.stderr));",
        "fs::read_to_string(\"Cargo.toml\").unwrap(); assert!(std::env::var_os(\"HOME\").is_some());",
    ] {
        let scratch = suite(body);
        let said = said(&mut scratch.gate(), 0, &["3 passed", "PASS"]);
        assert!(!said.contains("set aside"), "{body}: {said}");
    }
}

#[test]
fn one_that_uses_trybuild_may_write_where_that_builds() {
    let _machine = beside_others();
    let body = "let at = std::path::Path::new(&std::env::var_os(\"CARGO_TARGET_DIR\").unwrap()).join(\"tests\");
                fs::create_dir_all(at.join(\"trybuild\")).unwrap(); fs::write(at.join(\"trybuild/a\"), \"b\").unwrap();";
    let without = suite(body);
    said(&mut without.gate(), 3, &["`more::it_does` cannot live in the cage"]);
    let scratch = suite(body);
    fs::create_dir_all(scratch.root().join("trybuild/src")).unwrap();
    let manifest = fs::read_to_string(scratch.root().join("Cargo.toml")).unwrap();
    let scratch = scratch
        .with("Cargo.toml", &format!("{manifest}\n[dev-dependencies]\ntrybuild = {{ path = \"trybuild\" }}\n"))
        .with("trybuild/Cargo.toml", "[package]\nname = \"trybuild\"\nversion = \"1.0.0\"\n")
        .with("trybuild/src/lib.rs", "//! As its namesake.\n");
    said(scratch.gate().args(["--package", "all-pass"]), 0, &["PASS"]);
}

#[test]
fn each_test_is_told_the_least_that_lets_it_live() {
    let _machine = beside_others();
    let scratch = suite("fs::write(\"/proc/self/comm\", \"other\").unwrap();");
    let text = fs::read_to_string(scratch.root().join("tests/more.rs")).unwrap();
    let scratch = scratch.with("tests/more.rs", &format!("{text}#[test]\nfn z() {{\n    fs::write(\"golden/a\", \"b\").unwrap();\n}}\n"));
    let comm = "test `more::it_does` cannot live in the cage, it passes outside; no line below `[cage]` lets them; write `skip-tests";
    let golden = "test `more::z` cannot live in the cage, it passes outside; write `write = [\"golden\"]` below";
    said(&mut scratch.gate(), 3, &[comm, golden]);
}

/// A table that became shorter would end the gate, and a link in place of a file of ours would have the keeper write
/// where it leads.
#[test]
fn what_the_gate_itself_goes_by_is_not_theirs() {
    let _machine = beside_others();
    let scratch = suite(
        "let table = std::path::PathBuf::from(std::env::var_os(\"CARGO_GATE_TABLE\").unwrap());
         assert!(fs::File::create(&table).is_err() && fs::remove_file(&table).is_err());
         assert!(fs::remove_file(table.with_file_name(\"stdout\")).is_err() && fs::write(table.with_file_name(\"new\"), \"\").is_err());",
    );
    let said = said(&mut scratch.gate(), 0, &["3 passed", "PASS"]);
    assert!(!said.contains("set aside"), "{said}");
}

#[test]
fn a_test_that_cannot_live_in_it_is_named_with_the_line_that_lets_it() {
    let _machine = beside_others();
    let golden = "fs::write(\"golden/a.txt\", \"b\").unwrap();";
    let home = "fs::write(std::env::home_dir().unwrap().join(\"a.txt\"), \"b\").unwrap();";
    let secret = "assert_eq!(std::env::var(\"HOSTILE_TOKEN\").unwrap(), \"hush\");";
    for (body, line) in [(golden, "write = [\"golden\"]"), (home, "write = [\"~/\"]"), (secret, "env = [\"HOSTILE_TOKEN\"]")] {
        let scratch = suite(body);
        fs::create_dir(scratch.output("home")).unwrap();
        let gate = || {
            let mut command = scratch.gate();
            let cargo_home = std::env::var("CARGO_HOME").unwrap_or_else(|_| format!("{}/.cargo", std::env::var("HOME").unwrap()));
            let rustup_home = std::env::var("RUSTUP_HOME").unwrap_or_else(|_| format!("{}/.rustup", std::env::var("HOME").unwrap()));
            command.env("CARGO_HOME", cargo_home).env("RUSTUP_HOME", rustup_home);
            command.env("HOSTILE_TOKEN", "hush").env("HOME", scratch.output("home"));
            command
        };
        said(&mut gate(), 3, &["INCONCLUSIVE", "test `more::it_does` cannot live in the cage", &format!("write `{line}` below `[cage]`")]);
        let policy = fs::read_to_string(scratch.root().join("gates.toml")).unwrap();
        fs::write(scratch.root().join("gates.toml"), format!("{policy}\n[cage]\n{line}\n")).unwrap();
        said(&mut gate(), 0, &["PASS"]);
    }
}

#[test]
fn a_test_that_no_line_helps_is_one_to_leave_out() {
    let _machine = beside_others();
    // Its own parent is not of its making.
    let scratch = suite(
        "let status = fs::read_to_string(\"/proc/self/status\").unwrap();
         let parent = status.lines().find_map(|line| line.strip_prefix(\"PPid:\\t\")).unwrap().to_owned();
         assert!(std::process::Command::new(\"sh\").args([\"-c\", &format!(\"kill -0 {parent}\")]).status().unwrap().success());",
    );
    let line = "skip-tests = [\"more::it_does\"]";
    said(&mut scratch.gate(), 3, &["test `more::it_does` cannot live in the cage", &format!("write `{line}` below `[mutation]`")]);
    let policy = fs::read_to_string(scratch.root().join("gates.toml")).unwrap();
    fs::write(scratch.root().join("gates.toml"), policy.replace("[mutation]\n", &format!("[mutation]\n{line}\n"))).unwrap();
    said(&mut scratch.gate(), 0, &["3 passed", "PASS"]);
}

#[test]
fn a_test_that_judges_no_mutants_has_all_rights() {
    let _machine = beside_others();
    let scratch = suite("fs::write(\"golden/a.txt\", \"b\").unwrap();");
    let policy = fs::read_to_string(scratch.root().join("gates.toml")).unwrap();
    let skipping = |globs: &str| {
        let policy = policy.replace("[mutation]\n", &format!("[mutation]\nskip-tests = [{globs}]\n"));
        fs::write(scratch.root().join("gates.toml"), policy).unwrap();
    };
    skipping("\"more::*\", \"nobody\"");
    let said_of_one = said(&mut scratch.gate(), 0, &["3 passed", "1 judge no mutants", "PASS"]);
    assert!(said_of_one.contains("`nobody` in [mutation] skip-tests matches no test"), "{said_of_one}");
    assert!(!said_of_one.contains("more::*"), "{said_of_one}");
    // What no test may judge is as good as not reached.
    skipping("\"*\"");
    said(&mut scratch.gate(), 1, &["3 passed", "3 judge no mutants", "reached only by tests that judge no mutants", "FAIL"]);
}

#[test]
fn a_test_that_is_red_is_red_with_and_without() {
    let _machine = beside_others();
    let scratch = suite("assert_eq!(1, 2);");
    let said = said(&mut scratch.gate(), 1, &["FAIL", "it_does"]);
    assert!(!said.contains("cage"), "{said}");
}

/// The gate where something cannot be had.
type Without = fn(&Scratch) -> assert_cmd::Command;

/// What runs in it can have no network of its own; for the rest everything is as before.
fn without_networks(scratch: &Scratch) -> assert_cmd::Command {
    let script = format!("echo 0 > /proc/sys/user/max_net_namespaces && exec {} gate", env!("CARGO_BIN_EXE_cargo-gate"));
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c", &script]);
    in_place(scratch, command)
}

/// As on a kernel that does not know Landlock: its call is refused as one that is not there.
fn without_landlock(scratch: &Scratch) -> assert_cmd::Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-gate"));
    command.arg("gate");
    // SAFETY: two calls of the system, which allocate nothing and hold no lock.
    unsafe { command.pre_exec(refuse_landlock) };
    in_place(scratch, command)
}

fn in_place(scratch: &Scratch, mut command: Command) -> assert_cmd::Command {
    command.current_dir(scratch.root()).env("CARGO_TARGET_DIR", scratch.output("target"));
    assert_cmd::Command::from_std(command)
}

fn refuse_landlock() -> std::io::Result<()> {
    const REFUSED: u32 = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs();
    let step = |code: u32, jf: u8, k: u32| libc::sock_filter { code: u16::try_from(code).unwrap_or_default(), jt: 0, jf, k };
    let call = u32::try_from(libc::SYS_landlock_create_ruleset).unwrap_or_default();
    let mut steps = [
        // The number of the call stands first in what is looked at.
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, call),
        step(libc::BPF_RET | libc::BPF_K, 0, REFUSED),
        step(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: 4, filter: steps.as_mut_ptr() };
    // SAFETY: both calls take numbers, the second one the program, which outlives it.
    let results = unsafe {
        [
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
            libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program),
        ]
    };
    if results == [0, 0] { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

#[test]
fn a_wall_that_cannot_be_had_is_told_and_where_the_cage_is_required_nothing_is_judged() {
    let _machine = beside_others();
    let network = "the network is not cut off: this system lets us make no network namespace";
    let writes = "writes are not held back: this system has no Landlock";
    for (gate, missing) in [(without_networks as Without, network), (without_landlock, writes)] {
        let policy = |text: &str| {
            let scratch = Scratch::fixture("all-pass");
            let gates = fs::read_to_string(scratch.root().join("gates.toml")).unwrap();
            scratch.with("gates.toml", &gates.replace("version = 1\n", &format!("version = 1\n{text}\n")))
        };
        let told = said(&mut gate(&policy("")), 0, &["PASS", "the cage of tests is not whole", missing]);
        assert!(!told.contains("is required"), "{told}");
        said(&mut gate(&policy("cage = \"required\"")), 3, &["INCONCLUSIVE", "the cage is required and is not whole", missing]);
        said(&mut policy("cage = \"required\"").gate(), 0, &["PASS"]);
    }
    // A wall that nobody asked for is none that is missing.
    let scratch = Scratch::fixture("all-pass");
    let gates = fs::read_to_string(scratch.root().join("gates.toml")).unwrap();
    let scratch = scratch.with("gates.toml", &format!("{gates}\n[cage]\nmode = \"required\"\nnetwork = \"any\"\n"));
    said(&mut without_networks(&scratch), 0, &["PASS"]);
}
