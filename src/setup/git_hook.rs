//! The `pre-commit` hook of git. Owns its text and how a hook that is there already is kept: it runs first, under
//! another name.

use crate::report::terminal::shell_word;

/// The name of the hook.
pub const NAME: &str = "pre-commit";

/// What a hook is called that was there before.
pub const BEFORE: &str = "pre-commit.before-gate";

/// By which a hook of ours is known.
const MARK: &str = "# Written by `cargo gate init --hook`.";

/// The hook; `manifest` names the workspace's manifest from the root of the repository, where it lies deeper.
pub fn text(manifest: Option<&str>) -> String {
    let manifest = manifest.map_or(String::new(), |path| format!(" --manifest-path {}", shell_word(path)));
    format!(
        "#!/bin/sh\n{MARK} Once without it: `git commit --no-verify`.\n\n\
        # A hook that was here before runs first.\n\
        before=\"$(dirname \"$0\")/{BEFORE}\"\n\
        if [ -x \"$before\" ]; then\n    \"$before\" \"$@\" || exit $?\nfi\n\n\
        exec cargo gate --quick --staged --quiet{manifest}\n"
    )
}

/// Whether `hook` is ours, of this version or another.
pub fn is_ours(hook: &str) -> bool {
    hook.contains(MARK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_of_ours_is_known_again() {
        let hook = text(None);
        assert!(is_ours(&hook) && !is_ours("#!/bin/sh\ncargo fmt --check\n"));
        assert!(hook.starts_with("#!/bin/sh\n") && hook.ends_with("\nexec cargo gate --quick --staged --quiet\n"), "{hook}");
        assert!(text(Some("my crates/Cargo.toml")).ends_with(" --manifest-path 'my crates/Cargo.toml'\n"));
    }
}
