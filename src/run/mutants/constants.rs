//! What running a mutant tells of constants that the program computes again. Where such a computation ends the process,
//! the compiler would refuse the real edit, whatever the tests say; so a mutant of a `const fn` that tests notice is
//! noticed in earnest only when every constant that calls the function could be computed with it.

use fixedbitset::FixedBitSet;

use super::{Attempt, Ended, Evidence, Exit, MutantRun, Status, TOO_MANY_PROCESSES, Told};

/// So many tests are asked for a constant's value.
const ASKED: usize = 3;

/// Why a mutant has to be made for real after all.
const NOT_SETTLED: &str = "whether a constant can be computed with the change is not known";

/// What a process says that ended while it computed a constant.
pub(super) enum End {
    /// The compiler refuses such a constant; why.
    Refused(&'static str),
    /// Nobody but the compiler can tell; why. It has more time than a test.
    Unsettled(&'static str),
    /// Nothing; why.
    Nothing(&'static str),
}

impl End {
    pub(super) fn of(ended: &Ended) -> End {
        match ended.exit {
            _ if !ended.trace.is_activated => End::Nothing("a constant cannot be computed again: please report it"),
            _ if ended.trace.is_exhausted => End::Refused("a constant's value is never done: the compiler ends such a computation"),
            Exit::TimeLimit => End::Unsettled("a constant takes long to compute"),
            Exit::ProcessLimit => End::Nothing(TOO_MANY_PROCESSES),
            exit if exit.is_from_outside() => End::Nothing("its process was ended from outside"),
            _ => End::Refused("a constant's value cannot be computed: the compiler refuses it"),
        }
    }

    pub(super) fn told(self) -> Told {
        match self {
            End::Refused(why) => {
                Told::Settled { status: Status::CompileError, reason: Some(why.to_owned()), killed_by: None, comes_again: true }
            }
            End::Unsettled(why) => Told::Unsettled(why.to_owned()),
            End::Nothing(why) => Told::Nothing(why.to_owned()),
        }
    }
}

/// What is known of the constants that a mutant may spoil.
pub(super) enum Constants {
    /// All of them have a value; the tests that had to be asked besides, and what they
    /// entered.
    Computed(Vec<usize>, FixedBitSet),
    /// The compiler refuses the mutant: why, and the test that tells it.
    Refused(&'static str, usize),
    /// It is not known; why.
    Unknown(&'static str),
}

impl Attempt<'_> {
    /// What tests noticed counts where the change compiles.
    pub(super) fn confirm(&mut self, noticed: MutantRun) -> anyhow::Result<MutantRun> {
        if noticed.status == Status::CompileError {
            return Ok(noticed);
        }
        let reason = |why: &str| Some(why.to_owned());
        Ok(match self.constants()? {
            Constants::Computed(asked, functions) => {
                let evidence = noticed.evidence.map(|evidence| Evidence {
                    tests: evidence.tests.iter().chain(asked).collect(),
                    functions: evidence.functions.ones().chain(functions.ones()).collect(),
                });
                MutantRun { evidence, ..noticed }
            }
            Constants::Refused(why, test) => {
                let evidence = Some(Evidence { tests: [test].into_iter().collect(), functions: self.entered() });
                MutantRun { status: Status::CompileError, reason: reason(why), killed_by: None, evidence, ..noticed }
            }
            Constants::Unknown(why) => {
                MutantRun { status: Status::Pending, reason: reason(why), killed_by: None, evidence: None, ..noticed }
            }
        })
    }

    /// Find out about each constant that the last process did not compute.
    pub(super) fn constants(&mut self) -> anyhow::Result<Constants> {
        let mut waiting = self.uncomputed(self.constants.to_vec());
        let (mut asked, mut entered) = (Vec::new(), FixedBitSet::new());
        while let Some(slot) = waiting.first().copied() {
            let mut tests: Vec<usize> = self.reach.tests(slot).iter().collect();
            tests.sort_by_key(|test| (self.reach.duration(*test), *test));
            let before = waiting.len();
            for test in tests.into_iter().take(ASKED) {
                let ended = self.process(&[test])?;
                asked.push(test);
                if ended.trace.is_in_constant {
                    return Ok(match End::of(&ended) {
                        End::Refused(why) => Constants::Refused(why, test),
                        End::Unsettled(why) | End::Nothing(why) => Constants::Unknown(why),
                    });
                }
                waiting = self.uncomputed(waiting);
                entered = entered.ones().chain(self.entered().ones()).collect();
                if waiting.len() < before {
                    break;
                }
            }
            if waiting.len() == before {
                return Ok(Constants::Unknown(NOT_SETTLED));
            }
        }
        Ok(Constants::Computed(asked, entered))
    }

    fn uncomputed(&mut self, mut slots: Vec<u32>) -> Vec<u32> {
        let table = self.worker.table();
        slots.retain(|slot| !table.is_marked(*slot));
        slots
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::run::Trace;

    #[test]
    fn only_a_computation_that_ends_the_process_by_itself_is_refused() {
        let told = |exit, is_activated, is_exhausted| {
            let trace = Trace { is_activated, is_exhausted, is_in_constant: true, steps: 0, data: 0 };
            match End::of(&Ended { exit, trace, duration: Duration::ZERO }) {
                End::Refused(_) => "refused",
                End::Unsettled(_) => "unsettled",
                End::Nothing(_) => "nothing",
            }
        };
        assert_eq!(told(Exit::Code(86), true, false), "refused");
        assert_eq!(told(Exit::Code(0), true, false), "refused");
        assert_eq!(told(Exit::Code(86), true, true), "refused");
        assert_eq!(told(Exit::Signal(11), true, false), "refused");
        assert_eq!(told(Exit::TimeLimit, true, false), "unsettled");
        assert_eq!(told(Exit::Signal(9), true, false), "nothing");
        assert_eq!(told(Exit::ProcessLimit, true, false), "nothing");
        assert_eq!(told(Exit::Code(86), false, false), "nothing");
    }
}
