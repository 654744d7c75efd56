//! What the sources alone tell, for commands that build nothing.

use crate::build::CargoArgs;
use crate::pipeline::{Memory, Request, Wanted, measure};
use crate::policy::Policy;
use crate::progress::Silent;
use crate::score::Scores;
use crate::workspace::{Texts, Workspace};

/// Everything that is measured without compiling, the mutants too.
pub(super) fn measured(workspace: &Workspace, policy: &Policy) -> anyhow::Result<Scores> {
    let cargo = CargoArgs::default();
    let request = Request {
        workspace,
        cargo: &cargo,
        policy,
        jobs: 1,
        is_quick: true,
        memory: Memory::LeftAlone,
        coverage_files: &[],
        with_mutants: true,
        with_each_test: false,
        wanted: Wanted::ALL,
        checks: &[],
        texts: &Texts::default(),
        new: None,
        former: None,
    };
    Ok(measure(&request, &Silent)?.0)
}
