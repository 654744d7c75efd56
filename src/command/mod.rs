//! The role that people call: what was typed becomes what is to be done, is done, and is told. Owns
//! the choice of exit codes. Refuses to measure, to judge and to lay out a report itself.

mod against;
mod attempts;
mod baseline;
mod explain;
mod honesty;
mod hook;
mod init;
mod last;
mod list;
mod manual;
mod resolve;
mod show;
mod source;
mod tell;

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context;
use camino::Utf8PathBuf;

use crate::cli::{self, Check, Clean, Command};
use crate::guard;
use crate::judge::judge_against;
use crate::pipeline::{Memory, Request, measure};
use crate::report::Report;
use crate::score::{Scores, Timings};
use crate::workspace::{Selection, Texts, discover};

use against::Comparison;
use resolve::Plan;

/// Usage or configuration is wrong.
const USAGE: u8 = 2;

/// Do what `args` say, the program's own name first.
pub fn run(args: Vec<OsString>) -> ExitCode {
    match cli::parse(args) {
        Ok(command) => carry_out(&command).unwrap_or_else(|error| {
            let said = crate::report::terminal::block(&format!("{error:#}"));
            // An error that shows its place in a file has the word already.
            let word = if said.starts_with("error: ") { "" } else { "error: " };
            // Nobody is left to tell when standard error is gone.
            let _ = writeln!(std::io::stderr(), "{word}{said}");
            ExitCode::from(USAGE)
        }),
        Err(error) => {
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(USAGE))
        }
    }
}

fn carry_out(command: &Command) -> anyhow::Result<ExitCode> {
    // A deeply nested expression is parsed, walked and dropped by recursion.
    rayon::ThreadPoolBuilder::new().stack_size(guard::STACK).build_global().context("cannot start threads")?;
    match command {
        Command::Check(check) => run_check(check),
        Command::List(list) => list::run(list),
        Command::Show(show) => show::run(show),
        Command::Explain(asked) => explain::run(asked),
        Command::Baseline(asked) => baseline::run(asked),
        Command::Init(init) => init::run(init),
        Command::Hook(hook) => hook::run(hook),
        Command::Completions(completions) => manual::completions(completions.shell),
        Command::Man => manual::page(),
        Command::Clean(clean) => run_clean(clean),
    }
}

fn run_check(check: &Check) -> anyhow::Result<ExitCode> {
    with_report(check, |report| {
        tell::standard_output(check, report)?;
        tell::job_summary(check, report);
        Ok(ExitCode::from(report.verdict.outcome.exit_code()))
    })
}

/// Measure and judge, write the files that were asked for, and hand the report on.
fn with_report<T>(check: &Check, tell: impl FnOnce(&Report<'_>) -> anyhow::Result<T>) -> anyhow::Result<T> {
    if let Some(time) = check.budget {
        guard::budget::be_done_in(time);
    }
    let plan = Plan::resolve(check)?;
    let progress = tell::progress(check);
    let compared = if let Comparison::Some(compared) = &plan.comparison { Some(compared) } else { None };
    let former = compared.and_then(|compared| compared.former());
    let on_disk = Texts::default();
    let checks: Vec<_> = plan.checks.iter().map(|index| &plan.policy.checks[*index]).collect();
    let request = Request {
        memory: if check.no_cache { Memory::LeftAlone } else { Memory::Used },
        checks: &checks,
        new: compared.map(|compared| &compared.new),
        former: former.as_ref(),
        ..plan.request(compared.map_or(&on_disk, |compared| &compared.texts))
    };
    let (mut scores, timings) = match &plan.comparison {
        Comparison::Unknown(problem) => (Scores::not_measured(problem), Timings::default()),
        Comparison::None | Comparison::Some(_) => {
            if !plan.is_quick || !checks.is_empty() {
                guard::start()?;
            }
            measure(&request, &*progress)?
        }
    };
    drop(progress);
    if !plan.is_quick && !plan.comparison.is_unknown() {
        let stored = last::LastRun::store(&plan.workspace, &scores);
        scores.warnings.extend(stored.err().map(|error| format!("`cargo gate show` will not know of this run: {error:#}")));
    }
    let against = compared.map(|compared| compared.against.clone().with_former(scores.former.as_ref()));
    let against = against.as_ref();
    let verdict = judge_against(&scores, &plan.policy, &plan.scope, against);
    let base = against.map_or("", |against| against.commit.as_str());
    let verdict = attempts::counted(verdict, &plan.policy, &scores, &plan.workspace.root, base);
    let report = Report { scores: &scores, verdict: &verdict, policy: &plan.policy, timings: &timings, call: &plan.call, against };
    tell::files(check, &report)?;
    tell(&report)
}

fn run_clean(clean: &Clean) -> anyhow::Result<ExitCode> {
    let workspace = discover(&Selection { manifest_path: clean.manifest_path.clone(), ..Selection::default() })?;
    let ours: Utf8PathBuf = workspace.target_dir.join("gate");
    if ours.exists() {
        fs::remove_dir_all(&ours).with_context(|| format!("cannot remove {ours}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
