//! The files that `cargo gate init` writes: text in, text out. Owns what stands in them; refuses to read and to write
//! them.
//!
//! | file | made by |
//! |---|---|
//! | `gates.toml` | [`policy`] |
//! | `.github/workflows/gate.yml` | [`workflow`] |
//! | `pre-commit` of git | [`git_hook`] |
//! | settings of coding agents | [`settings`] |
//! | a section of `AGENTS.md` | [`guide`] |

pub mod git_hook;
pub mod guide;
pub mod policy;
pub mod settings;
pub mod workflow;
