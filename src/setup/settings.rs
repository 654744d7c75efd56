//! The settings of coding agents, with our hook in them. Owns where each keeps them and what it calls the moment at
//! which work ends; keeps every other byte of a file that is there already.

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstRootNode};
use jsonc_parser::json;

use crate::agent::Agent;
use crate::report::terminal::shell_word;

/// By which an entry of ours is known.
const OURS: &str = "cargo gate hook";

/// How long a check may take, in seconds.
const PATIENCE: u32 = 600;

/// Where `agent` keeps the settings of a project, from its root.
pub const fn path(agent: Agent) -> &'static str {
    match agent {
        Agent::ClaudeCode => ".claude/settings.json",
        Agent::Codex => ".codex/hooks.json",
        Agent::GeminiCli => ".gemini/settings.json",
        Agent::Cursor => ".cursor/hooks.json",
    }
}

/// What the agent calls the end of its work.
const fn event(agent: Agent) -> &'static str {
    match agent {
        Agent::ClaudeCode | Agent::Codex => "Stop",
        Agent::GeminiCli => "AfterAgent",
        Agent::Cursor => "stop",
    }
}

/// `text`, the settings of `agent` or nothing, with the hook; as they are where they have it. `manifest` names the
/// workspace's manifest from the root of the repository. Fails on text that is no JSON of the expected form.
pub fn with_hook(text: &str, agent: Agent, manifest: &str) -> Result<String, String> {
    if text.contains(OURS) {
        return Ok(text.to_owned());
    }
    let text = if text.trim().is_empty() { "{}\n" } else { text };
    let root = CstRootNode::parse(text, &ParseOptions::default()).map_err(|error| format!("not valid JSON: {error}"))?;
    let refused = |what: &str| format!("`{what}` is not of the form that {} documents", agent.name());
    let settings = root.object_value().ok_or_else(|| refused("the whole"))?;
    if agent == Agent::Cursor && settings.get("version").is_none() {
        settings.append("version", json!(1));
    }
    let hooks = settings.object_value_or_create("hooks").ok_or_else(|| refused("hooks"))?;
    let entries = hooks.array_value_or_create(event(agent)).ok_or_else(|| refused(event(agent)))?;
    entries.append(entry(agent, manifest));
    Ok(root.to_string())
}

fn entry(agent: Agent, manifest: &str) -> CstInputValue {
    let command = command(agent, manifest);
    match agent {
        Agent::ClaudeCode | Agent::Codex => json!({ "hooks": [{ "type": "command", "command": command, "timeout": PATIENCE }] }),
        // Here times are in milliseconds.
        Agent::GeminiCli => {
            json!({ "hooks": [{ "name": "cargo-gate", "type": "command", "command": command, "timeout": (PATIENCE * 1000) }] })
        }
        Agent::Cursor => json!({ "command": command, "timeout": PATIENCE, "loop_limit": 5 }),
    }
}

/// The command of the hook. Where the agent may have changed its folder, it says itself where the project is.
fn command(agent: Agent, manifest: &str) -> String {
    let manifest = match agent {
        Agent::ClaudeCode => format!(" --manifest-path \"$CLAUDE_PROJECT_DIR\"/{}", shell_word(manifest)),
        Agent::GeminiCli => format!(" --manifest-path \"$GEMINI_PROJECT_DIR\"/{}", shell_word(manifest)),
        Agent::Codex | Agent::Cursor if manifest == "Cargo.toml" => String::new(),
        Agent::Codex | Agent::Cursor => format!(" --manifest-path {}", shell_word(manifest)),
    };
    format!("{OURS} {}{manifest}", agent.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn new_settings_have_the_hook_of_their_agent() {
        insta::assert_snapshot!(with_hook("", Agent::ClaudeCode, "Cargo.toml").unwrap(), @r#"
        {
          "hooks": {
            "Stop": [
              {
                "hooks": [
                  {
                    "type": "command",
                    "command": "cargo gate hook claude-code --manifest-path \"$CLAUDE_PROJECT_DIR\"/Cargo.toml",
                    "timeout": 600
                  }
                ]
              }
            ]
          }
        }
        "#);
        insta::assert_snapshot!(with_hook("", Agent::Cursor, "my crates/Cargo.toml").unwrap(), @r#"
        {
          "version": 1,
          "hooks": {
            "stop": [
              {
                "command": "cargo gate hook cursor --manifest-path 'my crates/Cargo.toml'",
                "timeout": 600,
                "loop_limit": 5
              }
            ]
          }
        }
        "#);
        for agent in Agent::ALL {
            let settings: Value = serde_json::from_str(&with_hook("", agent, "Cargo.toml").unwrap()).unwrap();
            let [entry] = settings["hooks"][event(agent)].as_array().unwrap().as_slice() else { panic!("{settings}") };
            let entry = entry["hooks"].get(0).unwrap_or(entry);
            let command = entry["command"].as_str().unwrap();
            assert!(command.starts_with(&format!("cargo gate hook {}", agent.name())), "{command}");
        }
    }

    #[test]
    fn what_is_there_stays_as_it_is() {
        let before = "{\n    // mine\n    \"model\": \"x\",\n    \"hooks\": {\n        \"Stop\": [\n            {\"hooks\": []}\n        ],\n        \"Other\": []\n    },\n    \"a\": [1,2]\n}\n";
        let after = with_hook(before, Agent::ClaudeCode, "Cargo.toml").unwrap();
        let gone: Vec<&str> = before.lines().filter(|line| !after.contains(line.trim_end_matches(','))).collect();
        assert!(gone.is_empty(), "{gone:?}\n{after}");
        assert_eq!(after.matches(OURS).count(), 1, "{after}");
        assert_eq!(with_hook(&after, Agent::ClaudeCode, "Cargo.toml").unwrap(), after);
    }

    #[test]
    fn what_is_not_understood_is_not_written_over() {
        for text in ["{", "[]", "{\"hooks\": []}", "{\"hooks\": {\"Stop\": {}}}"] {
            assert!(with_hook(text, Agent::ClaudeCode, "Cargo.toml").is_err(), "{text}");
        }
    }
}
