//! Running test executables: one process and its limits, the baseline and the reach map, the mutants.
//! Owns processes and the tables shared with them; refuses to build anything and to print anything.

mod alone;
mod baseline;
mod cage;
mod checks;
mod child;
mod limited;
mod listing;
mod mutants;
mod pool;
pub mod printed;
mod process;
mod reach;
mod suite;
mod table;
mod temporary;
mod test_set;

pub use alone::{LaneRun, run_lane, run_lane_documentation};
pub use baseline::{Doubt, Outcome, TestRun, WholeRun, run_alone, run_each, run_whole};
pub use cage::{Cage, CageScore, Walls, is_keeper, run_keeper};
pub use checks::run_checks;
pub use child::Exit;
pub use limited::{is_limited, limited, run_limited};
pub use mutants::{Begun, Evidence, MutantRun, Target, Work, begin_mutants, finish_mutants, run_mutants};
pub use pool::Pool;
pub use process::{Ended, Invocation, Limits, Worker};
pub use reach::ReachMap;
pub use suite::{Suite, Test};
pub use table::{EXHAUSTED_EXIT, Table, Trace};
pub use test_set::TestSet;
