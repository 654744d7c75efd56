//! `cargo gate` measures a crate from one instrumented build and judges it by `gates.toml`.
//!
//! # The way through
//!
//! ```text
//! what was typed ─► policy ─► workspace ─► parsed files ─► functions, sites, mutants
//!                                               │
//!   verdict ◄─ judge ◄─ scores ◄─ fates ◄─ runs ◄─ test executables ◄─ build ◄─ edited text
//!      └─► reports
//! ```
//!
//! A type lives in the earliest stage that makes it; a stage uses earlier stages only. Input and output
//! live in `workspace`, `change` (git), `guard`, `build`, `run`, `report` and `command`; everything else is text in, values out.
//!
//! # How one build measures everything
//!
//! Cargo builds the user's own workspace; for its members it calls us in rustc's place (`build::wrapper`).
//! We show rustc a *shadow tree*: edited files beside links to all others. The edits (`instrument`) mark
//! what ran and hold every mutant behind a switch; the crate that they call (`instrument/runtime`) keeps
//! its state in a table shared with us (`run::table`). What the compiler refuses is taken back edit by
//! edit (`build::withdraw`). Cargo and rustdoc hand every test executable to us as its runner
//! (`build::runner`); each test runs once alone for the reach map (`run::baseline`, `run::reach`), in a copy of a
//! process that waits in front of `main` (`run::cage::starter`), and each
//! mutant runs the tests that reach it until one fails (`run::mutants`). What no switch can do is done for
//! real (`pipeline::lane`). Test processes have no more rights than they need (`run::cage`). Whatever way a run ends, what it started ends with it (`guard`).
//!
//! # Against a base
//!
//! `change` asks git what is new, the policy is the base's, and `integrity` compares what the tests of both sides say,
//! by their syntax alone. What no reading can tell, running does: `build::overlay` lays the change's code and the base's
//! tests side by side, and `pipeline::former` asks what those notice and the change's own do not.
//!
//! # What must stay true
//!
//! - The user's tree is as it was; everything of ours lies below `target/gate`.
//! - Nothing measured is never a pass: what could not be measured is a problem in the scores.
//! - Measuring, mutating, instrumenting, scoring and judging do no input or output.
//! - Ratios stay integers until they are printed.

pub mod nearest;
pub mod syntax;

pub mod measure;
pub mod mutate;

pub mod instrument;

pub mod policy;

pub mod workspace;

pub mod change;

pub mod guard;

pub mod build;

pub mod run;

pub mod coverage;
pub mod score;

pub mod recall;

pub mod judge;

pub mod integrity;

pub mod explain;

pub mod agent;
pub mod setup;

pub mod progress;
pub mod report;

pub mod pipeline;

pub mod cli;
pub mod command;
