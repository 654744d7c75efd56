//! The pieces of `cargo gate`, in reading order. (The architecture is told here when it stands.)

pub mod build;
pub mod cli;
pub mod coverage;
pub mod instrument;
pub mod judge;
pub mod measure;
pub mod mutate;
pub mod pipeline;
pub mod policy;
pub mod progress;
pub mod report;
pub mod run;
pub mod score;
pub mod syntax;
pub mod workspace;
