//! What the scores say about one metric: a value, part of one, nothing, or that there is nothing to
//! measure. Owns the difference between "none" and "not measured", which is where gates are fooled.

use super::findings::misses;
use super::text::count;
use super::{Crap, Measured, Ratio, State};
use crate::coverage::FileCoverage;
use crate::policy::{Limit, Metric};
use crate::score::{FileScore, FunctionScore, MutantScore, Part, Scores, Status};

/// What there is to judge.
pub(super) enum Reading {
    /// All of it was measured.
    Whole(Measured),
    /// Some of it was not.
    Part {
        /// What was.
        measured: Measured,
        /// What would have come out had the rest gone as well as it can; `None` when that is unknown.
        best: Option<Measured>,
        /// What is missing, and the next step.
        problem: String,
    },
    /// It had to be measured and was not: what is missing, and the next step; `None` when the scores'
    /// own problems say so.
    Missing(Option<String>),
    /// The code has nothing of the kind.
    Nothing,
}

impl Reading {
    pub(super) fn measured(&self) -> Option<Measured> {
        match self {
            Reading::Whole(measured) | Reading::Part { measured, .. } => Some(*measured),
            Reading::Missing(_) | Reading::Nothing => None,
        }
    }

    pub(super) fn problem(self) -> Option<String> {
        match self {
            Reading::Part { problem, .. } => Some(problem),
            Reading::Missing(problem) => problem,
            Reading::Whole(_) | Reading::Nothing => None,
        }
    }

    /// How a gate with `limit` stands.
    pub(super) fn state(&self, limit: Limit) -> State {
        match self {
            Reading::Whole(measured) if measured.holds(limit) => State::Pass,
            Reading::Whole(_) => State::Fail,
            // What fails at best fails, whatever the rest would have shown.
            Reading::Part { best: Some(best), .. } if !best.holds(limit) => State::Fail,
            Reading::Part { .. } | Reading::Missing(_) => State::Inconclusive,
            Reading::Nothing => State::NotApplicable,
        }
    }
}

/// What the scores of `part` say about `metric`.
pub(super) fn read(part: Part<'_>, metric: Metric) -> Reading {
    if metric != Metric::Tests && part.files().next().is_none() {
        // Where there are files and none is of this part, an override's paths say so.
        let nowhere = part.scores.files.is_empty();
        return if nowhere { missing("no source file was found; check which packages are selected") } else { Reading::Nothing };
    }
    let is_known = match metric {
        Metric::MutationSites => part.scores.sites_counted,
        metric => part.scores.shape_measured || !metric.is_optional(),
    };
    if !is_known {
        return left_out(part, "the syntax was not measured for it; see the notes of the run");
    }
    match metric {
        Metric::Tests => tests(part),
        Metric::LineCoverage => coverage(part, metric, FileCoverage::line_ratio),
        Metric::FunctionCoverage => coverage(part, metric, FileCoverage::function_ratio),
        Metric::BranchCoverage => branch_coverage(part),
        Metric::Crap => crap(part),
        Metric::MutationScore => mutation_score(part),
        Metric::SurvivingMutants => surviving_mutants(part),
        Metric::Complexity | Metric::CognitiveComplexity | Metric::FunctionLines | Metric::Parameters | Metric::NestingDepth => {
            largest(part.functions().map(|(_, score)| score.value(metric)))
        }
        Metric::MutationSites | Metric::FileLines | Metric::UnsafeBlocks | Metric::Panics => {
            largest(part.files().map(|(_, file)| file.value(metric)))
        }
        // These are of no file.
        Metric::Policy | Metric::Scope | Metric::Integrity | Metric::Checks | Metric::Waivers | Metric::Attempts => Reading::Nothing,
    }
}

fn largest(values: impl Iterator<Item = u32>) -> Reading {
    values.max().map_or(Reading::Nothing, |value| Reading::Whole(Measured::Whole(value)))
}

fn branch_coverage(part: Part<'_>) -> Reading {
    match coverage(part, Metric::BranchCoverage, FileCoverage::branch_ratio) {
        Reading::Whole(Measured::Ratio(Ratio { of: 0, .. })) if part.scores.coverage_files.are_alone && decides(part.scores) => {
            missing("the coverage files say nothing of branches; measure them, or leave `branch-coverage` out")
        }
        // Reached only where lines were measured: then the code has no branch.
        Reading::Whole(Measured::Ratio(Ratio { of: 0, .. })) => Reading::Nothing,
        reading => reading,
    }
}

/// Whether a function of this build decides anything.
fn decides(scores: &Scores) -> bool {
    scores.functions().any(|(_, score)| !score.inactive && score.function.complexity.value() > 1)
}

fn missing(problem: impl Into<String>) -> Reading {
    Reading::Missing(Some(problem.into()))
}

/// A step that did not take place. The run that left it out has said why; if not, that much is said.
fn left_out(part: Part<'_>, problem: &str) -> Reading {
    Reading::Missing(part.scores.problems.is_empty().then(|| problem.to_owned()))
}

fn tests(part: Part<'_>) -> Reading {
    let Some(tests) = &part.scores.tests else {
        return left_out(part, "the tests were not run; see the notes of the run");
    };
    let failed = u32::try_from(tests.failed.len()).unwrap_or(u32::MAX);
    if (tests.passed, failed, tests.ignored) == (0, 0, 0) {
        missing("no test was found; write one")
    } else if (tests.passed, failed) == (0, 0) {
        missing(format!("no test ran: {} ignored; let one run, or write one", count(tests.ignored.into(), "test")))
    } else {
        Reading::Whole(Measured::Tests { passed: tests.passed, failed })
    }
}

fn coverage(part: Part<'_>, metric: Metric, of: fn(&FileCoverage) -> Ratio) -> Reading {
    if !part.scores.coverage_measured {
        return left_out(part, COVERAGE_LEFT_OUT);
    }
    let is_empty =
        |of: Part<'_>| of.coverage_ratio(FileCoverage::line_ratio).of == 0 || of.coverage_ratio(FileCoverage::function_ratio).of == 0;
    if is_empty(part.scores.whole()) {
        return missing("no coverable code was found outside the tests; check which packages and features are selected");
    }
    // What a person has accepted is taken out of the whole.
    let accepted: usize = part.excused_functions().map(|(file, score)| misses(metric, file, score)).sum();
    let ratio = part.coverage_ratio(of);
    let measured = Measured::Ratio(Ratio { of: ratio.of.saturating_sub(accepted as u64), ..ratio });
    if let Some(rejected) = part.scores.coverage_files.rejected.first() {
        return Reading::Part { measured, best: None, problem: rejected.clone() };
    }
    let unmeasured: Vec<&FileScore> = part.files().map(|(_, file)| file).filter(|file| is_unmeasured(file)).collect();
    let Some(first) = unmeasured.first() else {
        // Files of types alone among others.
        let has_nothing = if part.is_new() { ratio.of == 0 } else { is_empty(part) };
        return if has_nothing { nothing_to_cover(part) } else { Reading::Whole(measured) };
    };
    let others = unmeasured.len() as u64 - 1;
    let more = if others == 0 { String::new() } else { format!(" and of {}", count(others, "further file")) };
    let problem =
        format!("the coverage of `{}`{more} was not measured; check that the selected packages and features build it", first.path);
    Reading::Part { measured, best: None, problem }
}

/// A change without lines, branches or functions that could run has nothing to cover, unless a cfg took them out.
fn nothing_to_cover(part: Part<'_>) -> Reading {
    let inactive = part.functions().filter(|(_, score)| part.is_new() && score.inactive).count() as u64;
    if inactive == 0 {
        return Reading::Nothing;
    }
    let functions = count(inactive, "changed function");
    missing(format!(
        "a cfg keeps {functions} out of this build; select the features or the target that have them, or add coverage from there"
    ))
}

const COVERAGE_LEFT_OUT: &str = "coverage was not measured; see the notes of the run";

/// Whether a file has functions in this build, and no coverage.
fn is_unmeasured(file: &FileScore) -> bool {
    file.coverage.is_none() && file.functions.iter().any(|function| !function.inactive)
}

/// The CRAP score of a function that was measured.
pub(super) fn crap_of(score: &FunctionScore) -> Option<Crap> {
    let coverage = score.coverage.filter(|coverage| coverage.of > 0 && !score.inactive)?;
    Some(Crap { complexity: score.function.complexity.value(), coverage })
}

/// Whether a function is in this build and nothing of it was measured.
pub(super) fn has_no_crap(score: &FunctionScore) -> bool {
    !score.inactive && crap_of(score).is_none()
}

fn crap(part: Part<'_>) -> Reading {
    if !part.scores.coverage_measured {
        return left_out(part, COVERAGE_LEFT_OUT);
    }
    if part.functions().next().is_none() {
        return Reading::Nothing;
    }
    let unmeasured = part.functions().filter(|(_, score)| has_no_crap(score)).count() as u64;
    let worst = part.functions().filter_map(|(_, score)| crap_of(score)).max_by_key(|crap| crap.score());
    if let (Some(worst), Some(rejected)) = (worst, part.scores.coverage_files.rejected.first()) {
        return Reading::Part { measured: Measured::Crap(worst), best: None, problem: rejected.clone() };
    }
    let problem = || format!("the coverage of {} was not measured; each is listed as `unmeasured`", count(unmeasured, "function"));
    match worst {
        None if unmeasured == 0 => {
            missing("a cfg keeps every function out of this build; select the features or the target that have them")
        }
        None => missing(problem()),
        Some(worst) if unmeasured == 0 => Reading::Whole(Measured::Crap(worst)),
        Some(worst) => Reading::Part { measured: Measured::Crap(worst), best: Some(Measured::Crap(worst)), problem: problem() },
    }
}

/// Why nothing is known of the mutants, if that is so.
fn without_mutants(part: Part<'_>) -> Option<Reading> {
    if part.files().all(|(_, file)| file.sites == 0 && file.mutants.is_empty()) {
        return Some(Reading::Nothing);
    }
    (!part.scores.mutants_run).then(|| left_out(part, "the mutants were not run; see the notes of the run"))
}

fn mutation_score(part: Part<'_>) -> Reading {
    if let Some(reading) = without_mutants(part) {
        return reading;
    }
    let ratio = part.mutation_ratio();
    let unjudged: Vec<&MutantScore> = part.mutants().map(|(_, score)| score).filter(|score| is_unjudged(score)).collect();
    let open = unjudged.len() as u64;
    let Some(problem) = unjudged_problem(&unjudged) else {
        return if ratio.of == 0 { no_mutant_counts(part) } else { Reading::Whole(Measured::Ratio(ratio)) };
    };
    if ratio.of == 0 {
        return missing(problem);
    }
    let best = Ratio { hit: ratio.hit + open, of: ratio.of + open };
    Reading::Part { measured: Measured::Ratio(ratio), best: Some(Measured::Ratio(best)), problem }
}

/// No mutant is killed and none survives. That is known of a change whose mutants the compiler refuses or a mark
/// leaves alone, and where a person has accepted all.
fn no_mutant_counts(part: Part<'_>) -> Reading {
    let is_settled = |score: &MutantScore| !score.inactive && matches!(score.status, Status::CompileError | Status::Ignored);
    let has_none = part.is_new() && part.mutants().all(|(_, score)| is_settled(score));
    if has_none || part.is_excusing() { Reading::Nothing } else { missing(no_viable_mutant(part)) }
}

/// How many mutants no test notices. What could not be judged may be one more.
fn surviving_mutants(part: Part<'_>) -> Reading {
    if let Some(reading) = without_mutants(part) {
        return reading;
    }
    let Ratio { hit, of } = part.mutation_ratio();
    let measured = Measured::Whole(u32::try_from(of - hit).unwrap_or(u32::MAX));
    let unjudged: Vec<&MutantScore> = part.mutants().map(|(_, score)| score).filter(|score| is_unjudged(score)).collect();
    match unjudged_problem(&unjudged) {
        Some(problem) => Reading::Part { measured, best: Some(measured), problem },
        None if of > 0 => Reading::Whole(measured),
        None => no_mutant_counts(part),
    }
}

fn unjudged_problem(unjudged: &[&MutantScore]) -> Option<String> {
    let first = unjudged.first()?;
    let open = unjudged.len() as u64;
    let reason = first.reason.as_deref().unwrap_or("it was not run");
    let (mutants, reason) = (count(open, "mutant"), super::one_line(reason));
    Some(format!("{mutants} could not be judged, the first (`{}`) because: {reason}; run again, or exclude its file", first.mutant.id))
}

/// Whether a run says nothing about a mutant that is in this build.
fn is_unjudged(score: &MutantScore) -> bool {
    !score.inactive && matches!(score.status, Status::RuntimeError | Status::Pending)
}

fn no_viable_mutant(part: Part<'_>) -> String {
    let with = |wanted: fn(&MutantScore) -> bool| part.mutants().filter(|(_, score)| wanted(score)).count();
    let inactive = with(|score| score.inactive);
    let ignored = with(|score| !score.inactive && score.status == Status::Ignored);
    let refused = with(|score| !score.inactive && score.status == Status::CompileError);
    format!(
        "no mutant could be judged: {refused} do not compile, {ignored} are ignored, a cfg keeps {inactive} out of this build; \
         check `[mutation] exclude` and which features are selected"
    )
}
