//! The role of rustc's wrapper: cargo calls it for workspace members only. It shows rustc the shadow tree
//! instead of the user's files, and takes back edits until the compiler accepts the rest. A crate that
//! does not compile as the user wrote it fails with the user's own errors. Refuses to judge anything.

use std::cell::Cell;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Write as _;
use std::process::{Command, ExitCode, Output};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::apart::to_ask;
use super::attempt::{Attempt, DENIED_LINTS, attempt};
use super::compiler::{compiler, exit_code, fail_without_place};
use super::layout::{Layout, STATE_VARIABLE};
use super::ledger::{Known, Ledger, locked};
use super::optimized::{self, Level};
use super::plan::{BuildPlan, read_json, write_json};
use super::relocate::without_output;
use super::runner::ended;
use super::runtime;
use super::unit::{Unit, environment, lean, relative_to, root_argument, utf8_args};
use super::withdraw::Diagnostic;

/// More rounds than this are not worth their time: in the last one the crate is built as the user wrote it.
const MAX_ROUNDS: u32 = 24;

/// A question that takes longer is of a large crate, whose failing attempts are dear.
const LONG: Duration = Duration::from_secs(3);

/// After this many rounds it is time to ask whether the crate compiles at all as the user wrote it.
const DOUBTFUL_ROUNDS: u32 = 3;

/// Whether this process was started as the wrapper: `cargo-gate /path/to/rustc ..` inside our own build.
pub fn is_wrapper(args: &[OsString]) -> bool {
    let names_rustc = args.get(1).and_then(|arg| Utf8Path::new(arg.to_str()?).file_stem()).is_some_and(|stem| stem.contains("rustc"));
    names_rustc && std::env::var_os(STATE_VARIABLE).is_some()
}

/// Files are parsed by recursion, as deep as they are nested.
const STACK: usize = 256 << 20;

/// Compile as cargo asks in `args` (the compiler first), instrumented where the plan says so.
pub fn run(args: &[OsString]) -> ExitCode {
    let wrapped = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || wrap(args))?;
        thread.join().map_err(|_| anyhow::anyhow!("the wrapper panicked; please report it"))?
    });
    ended(wrapped)
}

fn wrap(args: &[OsString]) -> anyhow::Result<ExitCode> {
    let state = std::env::var(STATE_VARIABLE).context("the wrapper runs only inside `cargo gate`")?;
    let layout = Layout::at(state.into());
    let as_it_is = || Ok(exit_code(compiler(&args[0]).args(&args[1..]).status()?));
    let Some(texts) = utf8_args(args).map(lean) else { return as_it_is() };
    let Some(at) = root_argument(&texts[1..]) else { return as_it_is() };
    let plan: BuildPlan = read_json(&layout.plan())?;
    let directory = Utf8PathBuf::try_from(std::env::current_dir()?)?;
    let root = relative_to(&plan.workspace, &directory, &texts[1 + at]);
    let is_instrumented = root.as_ref().is_some_and(|root| plan.roots.contains(root));
    let unit = Unit {
        rustc: texts[0].clone(),
        args: texts[1..].to_vec(),
        directory,
        environment: environment(),
        root,
        is_instrumented,
        rounds: 0,
    };
    if unit.is_build_script() {
        return as_it_is();
    }
    let runtime = runtime::provide(&layout, &unit)?;
    let is_made_again = record_of(&layout, &unit).exists();
    let mut compilation =
        Compilation { layout, plan, unit, root_at: at, runtime, is_known_good: false, is_made_again, calls: Cell::default() };
    compilation.run()
}

/// Where a compilation is noted.
fn record_of(layout: &Layout, unit: &Unit) -> Utf8PathBuf {
    layout.units().join(format!("{}.json", unit.file_stem()))
}

pub(super) struct Compilation {
    pub(super) layout: Layout,
    pub(super) plan: BuildPlan,
    pub(super) unit: Unit,
    root_at: usize,
    runtime: Utf8PathBuf,
    /// Whether the crate is known to compile as the user wrote it.
    is_known_good: bool,
    /// Whether it was compiled before: what changes once changes again, and then the compiler's memory of it pays. A
    /// first build is faster without.
    is_made_again: bool,
    /// How often the compiler was called.
    calls: Cell<u32>,
}

impl Compilation {
    fn run(&mut self) -> anyhow::Result<ExitCode> {
        if let Some(level) = optimized::wanted() {
            return self.compile_optimized(level);
        }
        if !self.unit.is_instrumented {
            return self.compile_as_it_is();
        }
        let mut turn = self.turn()?;
        let asking = Instant::now();
        self.ask()?;
        if asking.elapsed() < LONG || !self.unit.is_library() {
            turn = None;
        }
        for round in 1..=MAX_ROUNDS {
            let known = self.ledger().known()?;
            let end = match self.attempt(|| drop(turn.take()))? {
                Attempt::Compiled(lints) => Some(self.accept(&lints, &known)?),
                Attempt::Refused(errors) => self.mend(round, &errors, &known, false)?,
                Attempt::RefusedLate(errors) => self.mend(round, &errors, &known, true)?,
            };
            if let Some(code) = end {
                return Ok(code);
            }
            turn = None;
            if round + 1 == MAX_ROUNDS {
                self.ledger().withdraw_all()?;
            }
        }
        bail!("{} does not compile instrumented after {MAX_ROUNDS} rounds; please report it", self.unit.crate_name())
    }

    /// A library and its own tests are compiled at once from the same files, and the compiler would say the same of them
    /// twice. While one asks, the other waits for what it learns; where that takes long it waits for the first attempt,
    /// too. Held until it is dropped; nothing where nobody is asked.
    fn turn(&self) -> anyhow::Result<Option<File>> {
        let Some(root) = self.unit.root.as_ref().filter(|_| !self.is_made_again && !self.plan.apart.is_empty()) else { return Ok(None) };
        locked(&self.layout.turn(root)).map(Some)
    }

    /// Ask the compiler of files that are new to it. What was compiled before was changed in few places: there is little that
    /// one error could hide.
    fn ask(&self) -> anyhow::Result<()> {
        let Some(root) = self.unit.root.as_ref().filter(|_| !self.is_made_again) else { return Ok(()) };
        let asked = to_ask(&self.layout, &self.plan, root);
        if asked.is_empty() {
            return Ok(());
        }
        let output = self.check("apart", &self.instrumented(&self.layout.apart()))?;
        self.ledger().learn(&Diagnostic::all(&output.stderr), &asked)
    }

    /// Check what `args` say, with output in a place of its own that is gone afterwards.
    pub(super) fn check(&self, name: &str, args: &[String]) -> anyhow::Result<Output> {
        let scratch = self.layout.scratch().join(format!("{name}-{}", self.unit.file_stem()));
        std::fs::create_dir_all(&scratch)?;
        let mut command = self.rustc();
        self.calls.set(self.calls.get() + 1);
        let output = command.args(without_output(args)).args(["--emit=metadata", "--out-dir", scratch.as_str()]).output()?;
        std::fs::remove_dir_all(&scratch)?;
        Ok(output)
    }

    /// The arguments for the instrumented text in the tree at `place`.
    pub(super) fn instrumented(&self, place: &Utf8Path) -> Vec<String> {
        let mut args = self.unit.args.clone();
        args[self.root_at] = place.join(self.unit.root.as_deref().unwrap_or(Utf8Path::new(""))).into_string();
        args.push("--cap-lints=allow".to_owned());
        args.push(format!("--extern=gate_rt={}", self.runtime));
        args.extend(self.runtime_dir());
        args.push(format!("--remap-path-prefix={place}/="));
        args
    }

    fn compile_as_it_is(&self) -> anyhow::Result<ExitCode> {
        self.record()?;
        Ok(exit_code(self.rustc_as_it_is().status()?))
    }

    /// What was compiled before is compiled in another way: there is nothing to learn or to note.
    fn compile_optimized(&self, level: Level) -> anyhow::Result<ExitCode> {
        let mut command = if self.unit.is_instrumented { self.instrumented_command() } else { self.rustc_as_it_is() };
        Ok(exit_code(command.args(optimized::flags(&self.unit, level)).status()?))
    }

    fn rustc_as_it_is(&self) -> Command {
        let mut command = self.rustc();
        command.args(&self.unit.args).args(self.runtime_dir());
        command
    }

    /// The compiler of the instrumented text.
    fn instrumented_command(&self) -> Command {
        let mut command = self.rustc();
        command.args(self.instrumented(&self.layout.shadow()));
        command
    }

    fn accept(&self, lints: &[Diagnostic], known: &Known) -> anyhow::Result<ExitCode> {
        self.ledger().mark_as_planned(known)?;
        self.ledger().remember_denied(lints)?;
        self.record()?;
        Ok(ExitCode::SUCCESS)
    }

    /// Take back what `errors` blame, so that the next attempt differs; an exit code when there is to be
    /// none: cargo has to call again, or the user's own code does not compile.
    fn mend(&mut self, round: u32, errors: &[Diagnostic], known: &Known, is_late: bool) -> anyhow::Result<Option<ExitCode>> {
        if let Some(code) = fail_without_place(errors)? {
            return Ok(Some(code));
        }
        // A library and its own tests are compiled at once from the same files: while one of them searches, the texts are
        // none that the other could learn from.
        let _turn = self.unit.root.as_ref().map(|root| locked(&self.layout.search(root))).transpose()?;
        let is_explained = self.ledger().withdraw(errors, known)?;
        if is_late && is_explained {
            return Ok(Some(ExitCode::FAILURE));
        }
        let is_doubtful = !is_explained || round >= DOUBTFUL_ROUNDS;
        if is_doubtful && !self.is_known_good {
            if let Some(code) = self.check_plain()? {
                return Ok(Some(code));
            }
            self.is_known_good = true;
        }
        if !is_explained {
            self.find(errors, known)?;
        }
        self.find_instead()?;
        Ok(None)
    }

    /// What tells the compiler where the runtime lies.
    fn runtime_dir(&self) -> [String; 2] {
        ["-L".to_owned(), format!("dependency={}", self.runtime.parent().unwrap_or(Utf8Path::new(".")))]
    }

    pub(super) fn ledger(&self) -> Ledger<'_> {
        Ledger { layout: &self.layout, plan: &self.plan }
    }

    fn rustc(&self) -> Command {
        compiler(OsStr::new(&self.unit.rustc))
    }

    fn record(&self) -> anyhow::Result<()> {
        write_json(&record_of(&self.layout, &self.unit), &Unit { rounds: self.calls.get(), ..self.unit.clone() })
    }

    /// Call rustc with the instrumented text. `on_announced` is called when it has accepted it and only makes code of it.
    fn attempt(&self, on_announced: impl FnMut()) -> anyhow::Result<Attempt> {
        let mut command = self.instrumented_command();
        if self.is_made_again {
            command.args(["-C", &format!("incremental={}", self.layout.incremental())]);
        }
        command.args(DENIED_LINTS.map(|lint| format!("--force-warn={lint}")));
        self.calls.set(self.calls.get() + 1);
        attempt(&mut command, on_announced).with_context(|| format!("cannot run {}", self.unit.rustc))
    }

    /// Whether the crate compiles as the user wrote it; if not, cargo gets the user's own errors.
    fn check_plain(&self) -> anyhow::Result<Option<ExitCode>> {
        let output = self.check("plain", &[self.unit.args.as_slice(), &self.runtime_dir()].concat())?;
        if output.status.success() {
            return Ok(None);
        }
        std::io::stderr().write_all(&output.stderr)?;
        Ok(Some(exit_code(output.status)))
    }
}
