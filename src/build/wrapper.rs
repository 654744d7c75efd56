//! The role of rustc's wrapper: cargo calls it for workspace members only. It shows rustc the shadow tree
//! instead of the user's files, and takes back edits until the compiler accepts the rest. A crate that
//! does not compile as the user wrote it fails with the user's own errors. Refuses to judge anything.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::layout::{Layout, STATE_VARIABLE};
use super::plan::{BuildPlan, Refusals, digest, read_json, write_json};
use super::runtime;
use super::shadow::write_if_changed;
use super::unit::{Unit, environment, relative_to, root_argument, utf8_args};
use super::withdraw::{Blame, Diagnostic, Instrumented, blame, denied};
use crate::instrument::{FilePlan, render};
use crate::syntax::{CfgStack, Namespace, functions, parse};
use crate::workspace::normalized;

/// Lints that deny by default: with lints capped a mutant passes that a real edit would not. They are
/// forced to warn, and a warning inside an alternative counts as the compiler's refusal.
const DENIED_LINTS: [&str; 4] = ["arithmetic_overflow", "unconditional_panic", "overflowing_literals", "invalid_reference_casting"];

/// More rounds than this are not worth their time: the crate is then built as the user wrote it.
const MAX_ROUNDS: u32 = 24;

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
    match wrapped {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: cargo gate: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn wrap(args: &[OsString]) -> anyhow::Result<ExitCode> {
    let state = std::env::var(STATE_VARIABLE).context("the wrapper runs only inside `cargo gate`")?;
    let layout = Layout::at(state.into());
    let plain = || exit_code(Command::new(&args[0]).args(&args[1..]).env_remove(STATE_VARIABLE).status()?.code());
    let Some(texts) = utf8_args(args) else { return plain() };
    let Some(at) = root_argument(&texts[1..]) else { return plain() };
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
        return plain();
    }
    let runtime = runtime::provide(&layout, &unit)?;
    let mut compilation = Compilation { layout, plan, unit, root_at: at, runtime };
    compilation.run()
}

fn exit_code(code: Option<i32>) -> anyhow::Result<ExitCode> {
    Ok(ExitCode::from(u8::try_from(code.unwrap_or(1)).unwrap_or(1)))
}

struct Compilation {
    layout: Layout,
    plan: BuildPlan,
    unit: Unit,
    root_at: usize,
    runtime: Utf8PathBuf,
}

/// How one call of rustc ended.
enum Attempt {
    /// It compiled; the lints that were forced to warn.
    Compiled(Vec<Diagnostic>),
    /// It did not, before anyone could build on it.
    Refused(Vec<Diagnostic>),
    /// It did not, after cargo had been told of its metadata: cargo must be called again.
    RefusedLate(Vec<Diagnostic>),
}

/// The refusals known when a compilation started, by file.
type Known = BTreeMap<Utf8PathBuf, Refusals>;

impl Compilation {
    fn run(&mut self) -> anyhow::Result<ExitCode> {
        if !self.unit.is_instrumented {
            self.record()?;
            let status = self.rustc().args(&self.unit.args).args(["-L", &format!("dependency={}", self.runtime_dir())]).status()?;
            return exit_code(status.code());
        }
        let mut is_known_good = false;
        for round in 1..=MAX_ROUNDS {
            self.unit.rounds = round;
            let known = self.known()?;
            let (errors, is_late) = match self.attempt()? {
                Attempt::Compiled(lints) => {
                    self.remember_denied(&lints)?;
                    self.record()?;
                    return Ok(ExitCode::SUCCESS);
                }
                Attempt::Refused(errors) => (errors, false),
                Attempt::RefusedLate(errors) => (errors, true),
            };
            let is_explained = self.withdraw(&errors, &known)?;
            if is_late && is_explained {
                return Ok(ExitCode::FAILURE);
            }
            let is_doubtful = !is_explained || round >= DOUBTFUL_ROUNDS;
            if is_doubtful && !is_known_good {
                if let Some(code) = self.check_plain()? {
                    return Ok(code);
                }
                is_known_good = true;
            }
            if !is_explained {
                self.withdraw_all()?;
            }
        }
        bail!("{} does not compile instrumented after {MAX_ROUNDS} rounds; please report it", self.unit.crate_name())
    }

    fn runtime_dir(&self) -> &Utf8Path {
        self.runtime.parent().unwrap_or(Utf8Path::new("."))
    }

    fn rustc(&self) -> Command {
        let mut command = Command::new(&self.unit.rustc);
        command.env_remove(STATE_VARIABLE);
        command
    }

    fn record(&self) -> anyhow::Result<()> {
        write_json(&self.layout.units().join(format!("{}.json", self.unit.file_stem())), &self.unit)
    }

    fn lock(&self) -> anyhow::Result<File> {
        let path = self.layout.state_lock();
        let file = File::create(&path).with_context(|| format!("cannot open {path}"))?;
        file.lock().with_context(|| format!("cannot lock {path}"))?;
        Ok(file)
    }

    fn known(&self) -> anyhow::Result<Known> {
        let _lock = self.lock()?;
        Ok(self.load_known())
    }

    fn load_known(&self) -> Known {
        let files = self.plan.files.iter();
        files.map(|(path, file)| (path.clone(), Refusals::load(&self.layout, path, &file.digest))).collect()
    }

    /// Call rustc with the instrumented text. Cargo hears of artifacts, and of nothing else, yet.
    fn attempt(&self) -> anyhow::Result<Attempt> {
        let root = self.unit.root.as_deref().unwrap_or(Utf8Path::new(""));
        let mut args = self.unit.args.clone();
        args[self.root_at] = self.layout.shadow().join(root).into_string();
        let mut command = self.rustc();
        command.args(args).arg("--cap-lints=allow");
        command.args(DENIED_LINTS.map(|lint| format!("--force-warn={lint}")));
        command.arg(format!("--extern=gate_rt={}", self.runtime));
        command.arg(format!("--remap-path-prefix={}/=", self.layout.shadow()));
        let mut child = command.stderr(Stdio::piped()).spawn().with_context(|| format!("cannot run {}", self.unit.rustc))?;
        let mut diagnostics = Vec::new();
        let mut is_announced = false;
        for line in BufReader::new(child.stderr.take().context("rustc's messages are piped")?).lines() {
            let line = line?;
            if is_announcement(&line) {
                is_announced = true;
                writeln!(std::io::stderr(), "{line}")?;
            } else if let Ok(diagnostic) = serde_json::from_str::<Diagnostic>(&line) {
                diagnostics.push(diagnostic);
            } else if !line.starts_with("{\"$message_type\":\"artifact\"") {
                writeln!(std::io::stderr(), "{line}")?;
            }
        }
        Ok(match (child.wait()?.success(), is_announced) {
            (true, _) => Attempt::Compiled(diagnostics),
            (false, false) => Attempt::Refused(diagnostics),
            (false, true) => Attempt::RefusedLate(diagnostics),
        })
    }

    /// Take back what the errors blame. Says whether the next attempt will differ from this one.
    fn withdraw(&self, errors: &[Diagnostic], known: &Known) -> anyhow::Result<bool> {
        let _lock = self.lock()?;
        let mut now = self.load_known();
        if now != *known {
            // Another compilation of the same files took something back meanwhile: the places in these
            // errors are those of a text that is gone.
            return Ok(true);
        }
        let mut files = InstrumentedFiles::new(self, known);
        for error in errors.iter().filter(|error| error.is_error()) {
            files.load_places(error)?;
            if let Some((path, blame)) = blame(error, |path| files.get(path))
                && let Some(refusals) = now.get_mut(&normalized(Utf8Path::new(path)))
            {
                take_back(refusals, &blame, error);
            }
        }
        let changed: Vec<&Utf8PathBuf> =
            now.iter().filter(|(path, refusals)| known.get(*path) != Some(refusals)).map(|(path, _)| path).collect();
        for path in &changed {
            self.rewrite(path, &now[*path])?;
        }
        Ok(!changed.is_empty())
    }

    /// The last resort: the crate as the user wrote it compiles and no edit explains the errors.
    fn withdraw_all(&self) -> anyhow::Result<()> {
        let _lock = self.lock()?;
        for (path, mut refusals) in self.load_known() {
            let (plan, _, _) = self.plan_file(&path)?;
            refusals.withdrawn.edits = (0..u32::try_from(plan.edits.len())?).collect();
            self.rewrite(&path, &refusals)?;
        }
        Ok(())
    }

    fn rewrite(&self, path: &Utf8Path, refusals: &Refusals) -> anyhow::Result<()> {
        let (plan, text, _) = self.plan_file(path)?;
        let rendered = render(&text, &plan.edits, self.plan.files[path].slots, &refusals.withdrawn);
        write_if_changed(&self.layout.shadow().join(path), &rendered.text)?;
        refusals.store(&self.layout, path)
    }

    /// Plan a file again, from the user's text.
    fn plan_file(&self, path: &Utf8Path) -> anyhow::Result<(FilePlan, String, Vec<crate::syntax::Span>)> {
        let file = self.plan.files.get(path).with_context(|| format!("{path} is not in the plan"))?;
        let at = self.plan.workspace.join(path);
        let text = std::fs::read_to_string(&at).with_context(|| format!("cannot read {at}"))?;
        if digest(&text) != file.digest {
            bail!("{path} was changed while the gate ran; run it again");
        }
        let parsed = parse(&text).with_context(|| path.to_string())?;
        let plan = FilePlan::new(&parsed, path.as_str(), &CfgStack::default(), file.context);
        let functions = functions(&parsed, &Namespace::default(), &CfgStack::default()).iter().map(|function| function.span).collect();
        drop(parsed);
        Ok((plan, text, functions))
    }

    fn remember_denied(&self, lints: &[Diagnostic]) -> anyhow::Result<()> {
        let lints: Vec<&Diagnostic> = lints.iter().filter(|lint| DENIED_LINTS.contains(&lint.code())).collect();
        if lints.is_empty() {
            return Ok(());
        }
        let _lock = self.lock()?;
        let mut known = self.load_known();
        let mut files = InstrumentedFiles::new(self, &known);
        let mut found = Vec::new();
        for lint in lints {
            files.load_places(lint)?;
            found.extend(
                denied(lint, |path| files.get(path)).map(|(path, mutant)| (normalized(Utf8Path::new(path)), mutant, lint.message.clone())),
            );
        }
        let paths: BTreeSet<Utf8PathBuf> = found.iter().map(|(path, _, _)| path.clone()).collect();
        for (path, mutant, message) in found {
            known.entry(path).or_default().denied.insert(mutant, message);
        }
        paths.iter().try_for_each(|path| known[path].store(&self.layout, path))
    }

    /// Whether the crate compiles as the user wrote it; if not, cargo gets the user's own errors.
    fn check_plain(&self) -> anyhow::Result<Option<ExitCode>> {
        let scratch = self.layout.scratch().join(format!("plain-{}", self.unit.file_stem()));
        std::fs::create_dir_all(&scratch)?;
        let mut args = Vec::new();
        let mut given = self.unit.args.iter();
        while let Some(arg) = given.next() {
            match arg.as_str() {
                "--out-dir" => drop(given.next()),
                arg if arg.starts_with("--emit") || arg.starts_with("--out-dir=") => {}
                _ => args.push(arg.clone()),
            }
        }
        let output = self
            .rustc()
            .args(args)
            .args(["--emit=metadata", "--out-dir", scratch.as_str(), "-L", &format!("dependency={}", self.runtime_dir())])
            .output()?;
        std::fs::remove_dir_all(&scratch)?;
        if output.status.success() {
            return Ok(None);
        }
        std::io::stderr().write_all(&output.stderr)?;
        exit_code(output.status.code()).map(Some)
    }
}

/// Whether the line tells cargo that others may build on this crate.
fn is_announcement(line: &str) -> bool {
    line.starts_with("{\"$message_type\":\"artifact\"") && !line.contains("\"emit\":\"dep-info\"")
}

fn take_back(refusals: &mut Refusals, blame: &Blame, error: &Diagnostic) {
    match blame {
        Blame::Mutant(mutant) => {
            refusals.withdrawn.arms.entry(*mutant).or_insert_with(|| error.summary());
        }
        Blame::Edits(edits) => refusals.withdrawn.edits.extend(edits),
    }
}

/// The instrumented files that diagnostics name, made again on demand.
struct InstrumentedFiles<'a> {
    compilation: &'a Compilation,
    known: &'a Known,
    files: BTreeMap<String, Instrumented>,
}

impl<'a> InstrumentedFiles<'a> {
    fn new(compilation: &'a Compilation, known: &'a Known) -> Self {
        Self { compilation, known, files: BTreeMap::new() }
    }

    fn get(&self, path: &str) -> Option<&Instrumented> {
        self.files.get(path)
    }

    fn load_places(&mut self, diagnostic: &Diagnostic) -> anyhow::Result<()> {
        for path in diagnostic.files() {
            let file = normalized(Utf8Path::new(path));
            let Some(refusals) = self.known.get(&file) else { continue };
            if !self.files.contains_key(path) {
                let (plan, text, functions) = self.compilation.plan_file(&file)?;
                let slots = self.compilation.plan.files[&file].slots;
                let rendered = render(&text, &plan.edits, slots, &refusals.withdrawn);
                self.files.insert(path.to_owned(), Instrumented { rendered, edits: plan.edits, functions });
            }
        }
        Ok(())
    }
}
