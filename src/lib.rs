//! The pieces of `cargo gate`, in reading order. (The architecture is told here when it stands.)

pub mod cli;
pub mod coverage;
pub mod instrument;
pub mod judge;
pub mod measure;
pub mod mutate;
pub mod policy;
pub mod score;
pub mod syntax;
