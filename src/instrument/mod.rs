//! Text in, edited text out: switches around mutation sites and probes that mark what ran. Pure: refuses
//! to touch files, to run the compiler and to know what a mutant or a probe is worth.
//!
//! Every edit is spliced into the original bytes (never pretty-printed, line numbers kept) and can be
//! withdrawn alone. The edited code calls the runtime crate `gate_rt`:
//!
//! | call | marks | besides |
//! |---|---|---|
//! | `hit(slot)` | `slot` | |
//! | `enter(slot)` | `slot` | counts one step against the hang budget; function, closure and loop bodies |
//! | `branch(slot, bool) -> bool` | `slot` when false, `slot + 1` when true | gives its argument back |
//! | `attempt(slot, T) -> T` | `slot` when `T` would leave by `?`, `slot + 1` when it goes on | gives its argument back |
//! | `select(base, n) -> u32` | `base` | 0, or k for the site's k-th mutant |
//! | `step()` | | counts one step; loops in a constant's value |
//! | `Computed::of(&constant)` | its slot, when the value is computed | the constant, or what its value is computed to while a mutant is active |
//!
//! All but `attempt` and `of` are `const fn`. A switch between iterators of two types makes them one, `Either`.

mod apart;
mod companions;
mod constants;
mod edit;
mod plan;
mod probes;
mod render;
mod switches;

pub use apart::apart;
pub use constants::{ConstantProbes, Probed, probe_constants, value_told};
pub use edit::{Cause, Edit, Part};
pub use plan::{FileContext, FilePlan};
pub use probes::{BranchPlan, FunctionPlan, Probe, ProbePlan, plan_probes};
pub use render::{Region, Rendered, Role, Slots, Withdrawn, render};
pub use switches::{ORIGINAL_ITERATOR, plan_switches};

/// The source of the runtime crate, compiled by the wrapper.
pub const RUNTIME_SOURCE: &str = concat!(include_str!("runtime/gate_rt.rs"), include_str!("runtime/starter.rs"));

/// The source of what stands before the runtime crate where the user's profile optimizes.
pub const INLINE_SOURCE: &str = include_str!("runtime/inline.rs");
