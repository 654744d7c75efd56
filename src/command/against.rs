//! What a run is compared with: asks git for the change, reads the policy of the base, and collects what is held
//! against the change. Refuses to judge it.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, anyhow, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::honesty::{self, Honesty};
use super::resolve::{POLICY_FILE, policy};
use crate::change::{Asked, Change, ChangeError, new_marks};
use crate::cli::Check;
use crate::integrity::Former;
use crate::judge::{Accusation, Against, accuse};
use crate::pipeline::{FormerTests, NewSources};
use crate::policy::{Allowed, BASELINE_FILE, Baseline, Level, Policy, PolicyError, reconcile};
use crate::workspace::{Texts, Workspace};

/// A run against a base.
pub(super) struct Compared {
    pub(super) new: NewSources,
    pub(super) texts: Texts,
    pub(super) against: Against,
    /// What judges the change: key by key the stricter one of both sides.
    pub(super) policy: Policy,
    former: Former,
    data: BTreeMap<Utf8PathBuf, Option<Vec<u8>>>,
    change: Change,
}

impl Compared {
    /// The base's tests, where the head has others and they are to be run.
    pub(super) fn former(&self) -> Option<FormerTests<'_>> {
        let former = FormerTests { code: &self.former, data: &self.data, change: &self.change };
        (former.rejudges() || !self.former.moved.is_empty()).then_some(former)
    }
}

/// What a check was asked to be compared with.
pub(super) enum Comparison {
    /// Nothing.
    None,
    /// A base.
    Some(Box<Compared>),
    /// A base that cannot be had: why, and the next step.
    Unknown(String),
}

impl Comparison {
    /// Whether the base's tests are to be run on mutants.
    pub(super) fn has_former(&self) -> bool {
        matches!(self, Comparison::Some(compared) if compared.former().is_some_and(|former| former.rejudges()))
    }

    /// Whether there is a base and nobody can say what changed since.
    pub(super) const fn is_unknown(&self) -> bool {
        matches!(self, Comparison::Unknown(_))
    }
}

/// Compare, where that was asked for. Fails where the command line or the head's policy makes no sense.
pub(super) fn compare(check: &Check, workspace: &Workspace) -> anyhow::Result<Comparison> {
    let Some(asked) = asked(check, workspace)? else {
        if check.scope.is_some() {
            bail!("--scope speaks of a change; give --base REF or --staged, too");
        }
        return Ok(Comparison::None);
    };
    let change = match Change::find(workspace, &asked) {
        Ok(change) => change,
        Err(error) => return unknown(error),
    };
    if check.staged && !check.quick {
        refuse_what_is_not_staged(&change)?;
    }
    match compared(check, workspace, change)? {
        Ok(compared) => Ok(Comparison::Some(Box::new(compared))),
        Err(error) => unknown(error),
    }
}

fn unknown(error: ChangeError) -> anyhow::Result<Comparison> {
    if error.is_usage() { Err(error.into()) } else { Ok(Comparison::Unknown(error.to_string())) }
}

fn asked(check: &Check, workspace: &Workspace) -> anyhow::Result<Option<Asked>> {
    match check.base.as_deref() {
        _ if check.staged => Ok(Some(Asked::Staged)),
        None => Ok(None),
        Some("") => match policy(workspace)?.new.base {
            Some(name) => Ok(Some(Asked::Base(name))),
            None => bail!("--base names no branch and {POLICY_FILE} has no `[new] base`; give one of both, such as --base origin/main"),
        },
        Some(name) => Ok(Some(Asked::Base(name.to_owned()))),
    }
}

/// A build sees the working tree, whatever is staged.
fn refuse_what_is_not_staged(change: &Change) -> anyhow::Result<()> {
    let paths = change.not_staged()?;
    let Some(first) = paths.first() else { return Ok(()) };
    let others = if paths.len() == 1 { String::new() } else { format!(" and {} more", paths.len() - 1) };
    bail!("--staged builds the working tree, and `{first}`{others} is not staged as it is there; stage or stash it, or add --quick");
}

fn compared(check: &Check, workspace: &Workspace, change: Change) -> anyhow::Result<Result<Compared, ChangeError>> {
    let scope = check.scope.as_deref().map(read_scope).transpose()?;
    let path = Utf8Path::new(POLICY_FILE);
    let [base, head] = match policy_texts(&change) {
        Ok(texts) => texts,
        Err(error) => return Ok(Err(error)),
    };
    let now = head.parse().map_err(|error| anyhow!("{error}"))?;
    let before = match base.parse() {
        Ok(policy) => policy,
        Err(error) => return Ok(Err(ChangeError::BasePolicy { commit: change.base.short().to_owned(), said: error.to_string() })),
    };
    let has_policy = base.policy.is_some();
    let (policy, mut accusations) = match (has_policy, head.policy.is_some(), change.base.commit.is_some()) {
        (true, false, _) => (before, vec![accuse::policy_gone(path)]),
        // The first commit of all brings the first policy.
        (_, _, false) => (now, Vec::new()),
        _ => {
            let found = reconcile(&before, &now);
            (found.policy, accuse::policy(path, &found.differences))
        }
    };
    accusations.extend(held_against(&change, &policy, scope.as_ref()));
    let Honesty { accusations: of_tests, former, data } = match honesty::look(&change, workspace, wants_former(check, &policy)) {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    accusations.extend(of_tests);
    let sources = NewSources::of(&change).and_then(|new| {
        let staged = if check.staged && check.quick { change.staged_texts()? } else { BTreeMap::new() };
        Ok((new, Texts::staged(workspace, staged)))
    });
    let against = Against { asked: change.base.asked.clone(), commit: change.base.short().to_owned(), has_policy, accusations };
    Ok(sources.map(|(new, texts)| Compared { new, texts, against, policy, former, data, change }))
}

/// Whether the base's tests are to be run: where something is built, and what they could tell weighs anything.
fn wants_former(check: &Check, policy: &Policy) -> bool {
    !check.quick && !check.no_run && honesty::FORMER.iter().any(|code| policy.levels.of(code) != Level::Allow)
}

/// The texts of one side's policy.
struct PolicyTexts {
    policy: Option<String>,
    baseline: Option<String>,
}

impl PolicyTexts {
    fn parse(&self) -> Result<Policy, PolicyError> {
        let policy = self.policy.as_deref().map(|text| Policy::parse(text, Utf8Path::new(POLICY_FILE))).transpose()?;
        let baseline = self.baseline.as_deref().map(|text| Baseline::parse(text, Utf8Path::new(BASELINE_FILE))).transpose()?;
        Ok(Policy { baseline: baseline.unwrap_or_default(), ..policy.unwrap_or_default() })
    }
}

/// Those of the base and of the head.
fn policy_texts(change: &Change) -> Result<[PolicyTexts; 2], ChangeError> {
    let [policy, baseline] = [POLICY_FILE, BASELINE_FILE].map(Utf8Path::new);
    let base = PolicyTexts { policy: change.base_text(policy)?, baseline: change.base_text(baseline)? };
    Ok([base, PolicyTexts { policy: change.head_text(policy)?, baseline: change.head_text(baseline)? }])
}

fn held_against(change: &Change, policy: &Policy, scope: Option<&Allowed>) -> Vec<Accusation> {
    let mut allowed = vec![(&policy.scope, "`[scope] allow`")];
    allowed.extend(scope.map(|scope| (scope, "--scope")));
    let mut found = accuse::paths(&change.files, &allowed, Utf8Path::new(POLICY_FILE), |path| change.in_repository(path));
    found.extend(accuse::marks(&new_marks(&change.files)));
    found
}

fn read_scope(path: &Utf8Path) -> anyhow::Result<Allowed> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {path}, which --scope names"))?;
    Allowed::parse(&text).map_err(|error| anyhow!("{path}, which --scope names: {error}"))
}
