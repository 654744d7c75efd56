//! x
#![allow(missing_docs)]
pub mod coverage;
pub mod measure;
pub mod mutate;
pub mod score;
pub mod syntax;
