//! Which tests can notice a mutant that no switch makes: those that enter its function, and, for what the
//! compiler itself evaluates, those that enter or are code which mentions its name, however far. Where that
//! cannot be known from the text, every test can.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::Facts;
use super::lane::Context;
use crate::mutate::Mutant;
use crate::syntax::{CfgStack, Mention, MentionKind, Namespace, Span, functions, mentions, parse};
use crate::workspace::{Source, names};

/// The tests that can notice a mutant.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Witnesses {
    /// Indices into the suite.
    pub(super) tests: BTreeSet<usize>,
    /// The stems of compilations that mention it.
    pub(super) stems: BTreeSet<String>,
    /// The files whose documentation mentions it; nothing when any may.
    pub(super) documentation: Option<BTreeSet<Utf8PathBuf>>,
}

impl Witnesses {
    /// Whether no test is one of them.
    pub(super) fn are_none(&self) -> bool {
        self.tests.is_empty() && self.stems.is_empty() && self.documentation.as_ref().is_some_and(BTreeSet::is_empty)
    }

    /// Whether the test is one of them. `program` is its executable, if cargo built it.
    pub(super) fn contains(&self, test: usize, program: Option<&Utf8Path>) -> bool {
        self.tests.contains(&test) || program.and_then(Utf8Path::file_stem).is_some_and(|stem| self.stems.contains(stem))
    }

    /// What rustdoc's own selection of examples takes: parts of names, without blanks, so it may take a few too
    /// many. `names` are those of the examples among the tests. Nothing when it has to be all of them.
    pub(super) fn examples<'n>(&self, names: impl Iterator<Item = &'n str>) -> Option<BTreeSet<String>> {
        let files = self.documentation.as_ref()?.iter().filter_map(|path| path.file_name());
        let mut parts: BTreeSet<String> = files.map(str::to_owned).collect();
        for name in names {
            parts.insert(name.rsplit_once(' ').map(|(_, line)| line).filter(|line| line.ends_with(')'))?.to_owned());
        }
        Some(parts)
    }
}

/// The names in all code that was compiled, and where functions lie.
pub(super) struct Index<'a> {
    context: &'a Context<'a>,
    files: Vec<File>,
    others: Vec<(&'a BTreeSet<String>, Option<BTreeSet<String>>)>,
}

#[derive(Default)]
struct File {
    mentions: Vec<Mention>,
    functions: Vec<Span>,
    /// The words of its documentation; nothing when some of it lies elsewhere.
    documentation: Option<BTreeSet<String>>,
}

/// What a change can be seen through, while it is being followed.
struct Following<'i> {
    index: &'i Index<'i>,
    values: BTreeSet<String>,
    const_fns: BTreeSet<String>,
    found: BTreeSet<(usize, usize)>,
}

impl<'a> Index<'a> {
    /// Read everything that was compiled.
    pub(super) fn new(context: &'a Context<'a>) -> Index<'a> {
        let others: Vec<_> = context.dynamic.activity.others().iter().collect();
        Index {
            context,
            files: context.sources.par_iter().map(read).collect(),
            others: others.into_par_iter().map(|(path, stems)| (stems, names(context.lane.root(), path))).collect(),
        }
    }

    /// Who can notice the mutant; nothing when it may be any test.
    pub(super) fn of(&self, file: usize, mutant: &Mutant) -> Option<Witnesses> {
        let source = &self.context.sources[file];
        let item = self.files[file].mentions.iter().find(|item| item.span.contains(mutant.span)).filter(|item| !item.is_test)?;
        if source.is_build_time {
            return None;
        }
        item.name.as_ref()?;
        let mut following = Following { index: self, values: BTreeSet::new(), const_fns: BTreeSet::new(), found: BTreeSet::new() };
        let mut witnesses = Witnesses { documentation: Some(BTreeSet::new()), ..Witnesses::default() };
        match item.kind {
            MentionKind::Value => following.values.extend(item.name.clone().filter(|name| name != "_")),
            MentionKind::Function(_) | MentionKind::ConstFn => {
                item.body.filter(|body| body.contains(mutant.span))?;
                let functions = self.files[file].functions.iter().filter(|span| span.contains(mutant.span));
                self.enter(file, *functions.min_by_key(|span| span.end - span.start)?, &mut witnesses)?;
                following.const_fns.extend(item.name.clone().filter(|_| matches!(item.kind, MentionKind::ConstFn)));
            }
        }
        if following.has_names() {
            following.follow()?;
            self.gather(&following, &mut witnesses)?;
        }
        Some(witnesses)
    }

    /// Take the tests that enter the function at `span`; nothing when that is not known.
    fn enter(&self, file: usize, span: Span, witnesses: &mut Witnesses) -> Option<()> {
        let plan = self.context.sources[file].facts.plan.as_ref()?;
        let function = plan.probes.functions.iter().find(|function| function.start == span.start)?;
        let path = &self.context.sources[file].path;
        let withdrawn = super::assemble::withdrawn_probes(plan, self.context.dynamic.refusals.get(path));
        if withdrawn.contains(&function.probe) {
            return None;
        }
        let slot = self.context.dynamic.slots[file].probe(function.probe);
        witnesses.tests.extend(self.context.measured.reach.tests(slot).iter());
        Some(())
    }

    /// Everyone who can see what was found.
    fn gather(&self, following: &Following<'_>, witnesses: &mut Witnesses) -> Option<()> {
        for (file, item) in &following.found {
            let (source, item) = (&self.context.sources[*file], &self.files[*file].mentions[*item]);
            if source.is_build_time {
                return None;
            }
            if item.is_test {
                witnesses.stems.extend(self.context.dynamic.activity.compilations(&source.path));
                continue;
            }
            for span in self.files[*file].functions.iter().filter(|span| item.span.contains(**span)) {
                self.enter(*file, *span, witnesses)?;
            }
        }
        self.mentioned(following, witnesses);
        Some(())
    }

    /// What is no source and mentions a name: other code that was compiled, documentation.
    fn mentioned(&self, following: &Following<'_>, witnesses: &mut Witnesses) {
        for (stems, names) in &self.others {
            if names.as_ref().is_none_or(|names| following.mentions(names)) {
                witnesses.stems.extend(stems.iter().cloned());
            }
        }
        for (source, file) in self.context.sources.iter().zip(&self.files) {
            match (&file.documentation, &mut witnesses.documentation) {
                (Some(words), Some(files)) if following.mentions(words) => drop(files.insert(source.path.clone())),
                (None, all) => *all = None,
                _ => {}
            }
        }
    }
}

impl Following<'_> {
    fn has_names(&self) -> bool {
        !self.values.is_empty() || !self.const_fns.is_empty()
    }

    fn mentions(&self, words: &BTreeSet<String>) -> bool {
        !words.is_disjoint(&self.values) || !words.is_disjoint(&self.const_fns)
    }

    /// Follow the names to whatever mentions them, until nothing new is found. Nothing when they lead to names
    /// that are not written anywhere.
    fn follow(&mut self) -> Option<()> {
        let mut is_new = true;
        while is_new {
            is_new = false;
            for (at, file) in self.index.files.iter().enumerate() {
                for (nth, item) in file.mentions.iter().enumerate() {
                    is_new |= self.sees(item) && self.found.insert((at, nth)) && self.pass_on(item)?;
                }
            }
        }
        Some(())
    }

    fn sees(&self, item: &Mention) -> bool {
        match &item.kind {
            MentionKind::Function(called) => {
                let calls = |called: &BTreeSet<String>| !called.is_disjoint(&self.const_fns);
                !item.words.is_disjoint(&self.values) || called.as_ref().map_or(!self.const_fns.is_empty(), calls)
            }
            MentionKind::ConstFn | MentionKind::Value => self.mentions(&item.words),
        }
    }

    /// Whether the item has a name that hands the change on.
    fn pass_on(&mut self, item: &Mention) -> Option<bool> {
        match item.kind {
            MentionKind::Function(_) => Some(false),
            MentionKind::ConstFn => Some(self.const_fns.insert(item.name.clone()?)),
            MentionKind::Value => Some(self.values.insert(item.name.clone()?)),
        }
    }
}

fn read(source: &Source<Facts>) -> File {
    let Ok(parsed) = parse(&source.text) else { return File::default() };
    let functions = functions(&parsed, &Namespace::default(), &CfgStack::default());
    File {
        mentions: mentions(&parsed),
        functions: functions.iter().map(|function| function.span).collect(),
        documentation: documentation(&source.text),
    }
}

/// The words in a text's documentation, by its lines: a few too many where a comment looks like it.
fn documentation(text: &str) -> Option<BTreeSet<String>> {
    let lines = || text.lines().map(str::trim_start);
    if lines().any(|line| line.contains("doc") && line.starts_with('#') && !line.contains("doc(")) {
        return None;
    }
    let of_documentation = lines().filter(|line| ["//", "/*", "*"].iter().any(|start| line.starts_with(start)));
    let words = of_documentation.flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
    Some(words.filter(|word| !word.is_empty()).map(str::to_owned).collect())
}
