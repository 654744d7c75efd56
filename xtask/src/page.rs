//! The page in a real browser: runs the tests that need one, and says so when there is none.

use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use crate::command::{cargo, root, succeed};

/// Run the browser's tests. Fails without a browser: a test that was not run is no pass.
pub(crate) fn run() -> Result<()> {
    let found = Command::new("chromium").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    ensure!(
        found.is_ok_and(|status| status.success()),
        "there is no `chromium` to look at the page with: install it (Debian: `apt-get install chromium`)"
    );
    succeed(cargo().args(["test", "--test", "browser", "--", "--ignored", "--nocapture"]).current_dir(root()))
}
