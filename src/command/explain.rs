//! `cargo gate explain`: what a name means. Reads nothing but the tables that the documentation is made of.

use std::process::ExitCode;

use anyhow::anyhow;

use super::tell;
use crate::cli::Explain;
use crate::explain::{explain, index};

pub(super) fn run(asked: &Explain) -> anyhow::Result<ExitCode> {
    let text = match &asked.name {
        Some(name) => explain(name).map_err(|error| anyhow!(error))?,
        None => index(),
    };
    tell::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
