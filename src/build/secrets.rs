//! Variables that hold secrets, by their names: none of them is written into our files, and tests get none that the
//! policy does not name. A variable that cargo's own configuration sets is in a file anyway and is no secret.

use std::collections::BTreeMap;

/// Names the secrets of the command's environment to the processes that cargo starts for us, with commas.
pub(super) const SECRETS_VARIABLE: &str = "CARGO_GATE_SECRETS";

const ENDS: [&str; 10] = [
    "_TOKEN",
    "_SECRET",
    "_SECRETS",
    "_PASSWORD",
    "_PASSPHRASE",
    "_API_KEY",
    "_ACCESS_KEY",
    "_PRIVATE_KEY",
    "_CREDENTIALS",
    "_AUTH_CONFIG",
];

const NAMES: [&str; 8] = ["SSH_AUTH_SOCK", "SSH_AGENT_PID", "GPG_AGENT_INFO", "TOKEN", "PASSWORD", "PGPASSWORD", "MYSQL_PWD", "SECRET"];

/// Whether a variable of that name holds a secret.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.starts_with("AWS_") || NAMES.contains(&&*name) || ENDS.iter().any(|end| name.ends_with(end))
}

/// The secrets of this process's environment that are to be read as text.
pub fn secrets() -> BTreeMap<String, String> {
    let readable = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    readable.filter(|(name, _)| is_secret(name)).collect()
}

/// The value of [`SECRETS_VARIABLE`].
pub(super) fn names() -> String {
    let names: Vec<String> = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|name| is_secret(name)).collect();
    names.join(",")
}

/// Whether the command's own environment has the secret of that name, in a process that cargo started for us.
pub(super) fn is_withheld(name: &str) -> bool {
    is_secret(name) && std::env::var(SECRETS_VARIABLE).is_ok_and(|names| names.split(',').any(|secret| secret == name))
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in
            ["GITHUB_TOKEN", "gh_token", "CARGO_REGISTRY_TOKEN", "CARGO_REGISTRIES_MY_REG_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"]
        {
            assert!(is_secret(name), "{name}");
        }
        for name in ["SSH_AUTH_SOCK", "CLIENT_SECRET", "DB_PASSWORD", "OPENAI_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS"] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["PATH", "HOME", "CARGO_HOME", "TOKENIZER", "SECRETARY", "CARGO_PKG_NAME", "MAWS_X", "PASSWORD_LENGTH"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
