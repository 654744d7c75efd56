//! What coding agents want to hear when a hook asks whether their work is done: one verdict, in the words of each.
//! Owns their protocols; refuses to judge and to know where their settings lie.
//!
//! | agent | event | goes on working when | asked again |
//! |---|---|---|---|
//! | `claude-code` | `Stop`, `SubagentStop` | exit code 2, the reason on stderr | `stop_hook_active` |
//! | `codex` | `Stop` | `{"decision": "block", "reason": ..}` | `stop_hook_active` |
//! | `gemini-cli` | `AfterAgent` | `{"decision": "deny", "reason": ..}` | `stop_hook_active` |
//! | `cursor` | `stop` | `{"followup_message": ..}` | `loop_count` above 0 |
//!
//! As their documentation has it in 2026: code.claude.com/docs/en/hooks, developers.openai.com/codex/hooks,
//! geminicli.com/docs/hooks/reference, cursor.com/docs/agent/hooks.

use serde::Deserialize;
use serde_json::{Value, json};

/// Characters of a reason: what is longer than 10,000 is cut or left out by some.
const MOST: usize = 9_000;

/// How often an agent is sent back in a row. What it could not mend by then, a person has to look at.
const ROUNDS: u32 = 5;

/// An agent with hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    /// Blocked by exit code 2.
    ClaudeCode,
    /// Blocked by a decision in JSON.
    Codex,
    /// The same in another word.
    GeminiCli,
    /// Sent back by a message.
    Cursor,
}

impl Agent {
    /// Every agent, the one that is meant when none is named first.
    pub const ALL: [Agent; 4] = [Agent::ClaudeCode, Agent::Codex, Agent::GeminiCli, Agent::Cursor];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Agent::ClaudeCode => "claude-code",
            Agent::Codex => "codex",
            Agent::GeminiCli => "gemini-cli",
            Agent::Cursor => "cursor",
        }
    }
}

/// What an agent says of the moment. Fields that it does not send have their usual value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Event {
    /// The session, which a later event of the same work repeats.
    #[serde(alias = "conversation_id")]
    pub session_id: String,
    /// Whether the agent goes on already because a hook sent it back.
    pub stop_hook_active: bool,
    /// How often it was sent back.
    pub loop_count: u32,
    /// How its turn ended.
    pub status: Option<String>,
}

impl Event {
    /// The event that `text` spells; without text an event of no session. Fails on what is no JSON object.
    pub fn parse(text: &str) -> Result<Event, serde_json::Error> {
        if text.trim().is_empty() { Ok(Event::default()) } else { serde_json::from_str(text) }
    }

    /// Whether a person ended the turn, or an error did: then there is nothing to send back.
    pub fn is_broken_off(&self) -> bool {
        self.status.as_deref().is_some_and(|status| status != "completed")
    }

    /// Whether the agent was sent back before.
    const fn is_again(&self) -> bool {
        self.stop_hook_active || self.loop_count > 0
    }
}

/// What was answered last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
pub struct Memory {
    /// In which session.
    pub session_id: String,
    /// How often in a row the agent was sent back.
    pub rounds: u32,
    /// With which reason.
    pub reason: String,
}

/// What the agent is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The gate holds: it may end.
    Pass,
    /// It has to go on, for this reason.
    Back(String),
    /// It may end although the gate does not hold: sending it back again would lead nowhere. For the person.
    LetGo(String),
}

/// Decide for a gate that does not hold. An agent is sent back again only as long as that changes something,
/// and never endlessly.
pub fn decide(event: &Event, last: &Memory, reason: &str) -> (Decision, Memory) {
    let reason = bounded(reason);
    let is_same_work = event.is_again() && last.session_id == event.session_id;
    let rounds = if is_same_work { last.rounds } else { 0 };
    let is_stuck = is_same_work && last.reason == reason;
    // Without a memory of the first time it is the second.
    let is_lost = event.is_again() && !is_same_work;
    if is_stuck || is_lost || rounds >= ROUNDS {
        let text = format!("cargo gate does not hold, and the agent was let go after being sent back:\n{reason}");
        return (Decision::LetGo(text), last.clone());
    }
    let memory = Memory { session_id: event.session_id.clone(), rounds: rounds + 1, reason: reason.clone() };
    (Decision::Back(reason), memory)
}

/// Whole lines, as many as every agent reads.
fn bounded(text: &str) -> String {
    let mut kept = String::new();
    for line in text.trim_end().lines() {
        if kept.chars().count() + line.chars().count() > MOST {
            kept += "\n(cut here; `cargo gate` shows all)";
            break;
        }
        kept += if kept.is_empty() { "" } else { "\n" };
        kept += line;
    }
    kept
}

/// What goes to standard output and standard error, and the exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Exit code.
    pub code: u8,
}

/// The decision in the words of `agent`.
pub fn answer(agent: Agent, decision: &Decision) -> Answer {
    match (agent, decision) {
        (Agent::ClaudeCode, Decision::Pass) => Answer::default(),
        (Agent::ClaudeCode, Decision::Back(reason)) => Answer { stderr: format!("{reason}\n"), code: 2, ..Answer::default() },
        (Agent::Codex, Decision::Back(reason)) => object(&json!({ "decision": "block", "reason": reason })),
        (Agent::GeminiCli, Decision::Back(reason)) => object(&json!({ "decision": "deny", "reason": reason })),
        (Agent::Cursor, Decision::Back(reason)) => object(&json!({ "followup_message": reason })),
        (Agent::Cursor, Decision::LetGo(text)) => Answer { stderr: format!("{text}\n"), ..object(&json!({})) },
        (_, Decision::LetGo(text)) => object(&json!({ "systemMessage": text })),
        (_, Decision::Pass) => object(&json!({})),
    }
}

fn object(value: &Value) -> Answer {
    Answer { stdout: format!("{value}\n"), ..Answer::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Event {
        Event::parse(text).unwrap()
    }

    #[test]
    fn each_agent_is_sent_back_in_its_own_words() {
        let shown = |decision: &Decision| -> Vec<String> {
            let answers = Agent::ALL.map(|agent| (agent, answer(agent, decision)));
            answers.map(|(agent, it)| format!("{} {} {:?} {:?}", agent.name(), it.code, it.stdout, it.stderr)).into()
        };
        let expected = [
            r#"claude-code 2 "" "E1 crap\n""#,
            r#"codex 0 "{\"decision\":\"block\",\"reason\":\"E1 crap\"}\n" """#,
            r#"gemini-cli 0 "{\"decision\":\"deny\",\"reason\":\"E1 crap\"}\n" """#,
            r#"cursor 0 "{\"followup_message\":\"E1 crap\"}\n" """#,
        ];
        assert_eq!(shown(&Decision::Back("E1 crap".to_owned())), expected);
        let expected = [r#"claude-code 0 "" """#, r#"codex 0 "{}\n" """#, r#"gemini-cli 0 "{}\n" """#, r#"cursor 0 "{}\n" """#];
        assert_eq!(shown(&Decision::Pass), expected);
        let expected = [
            r#"claude-code 0 "{\"systemMessage\":\"why\"}\n" """#,
            r#"codex 0 "{\"systemMessage\":\"why\"}\n" """#,
            r#"gemini-cli 0 "{\"systemMessage\":\"why\"}\n" """#,
            r#"cursor 0 "{}\n" "why\n""#,
        ];
        assert_eq!(shown(&Decision::LetGo("why".to_owned())), expected);
    }

    #[test]
    fn it_is_sent_back_as_long_as_something_changes_and_not_for_ever() {
        let first = event(r#"{"session_id": "a", "stop_hook_active": false}"#);
        let again = event(r#"{"session_id": "a", "stop_hook_active": true}"#);
        let (decision, memory) = decide(&first, &Memory::default(), "two findings\n");
        assert_eq!((decision, memory.rounds), (Decision::Back("two findings".to_owned()), 1));
        let (decision, memory) = decide(&again, &memory, "one finding");
        assert_eq!((decision, memory.rounds), (Decision::Back("one finding".to_owned()), 2));
        let (stuck, _) = decide(&again, &memory, "one finding");
        assert!(matches!(stuck, Decision::LetGo(text) if text.ends_with("sent back:\none finding")));
        let (tired, _) = decide(&again, &Memory { rounds: ROUNDS, ..memory.clone() }, "another");
        assert!(matches!(tired, Decision::LetGo(_)));
        let (afresh, memory) = decide(&first, &memory, "one finding");
        assert_eq!((afresh, memory.rounds), (Decision::Back("one finding".to_owned()), 1));
    }

    #[test]
    fn another_session_and_a_lost_memory_lead_to_no_loop() {
        let again = event(r#"{"conversation_id": "b", "loop_count": 1, "status": "completed"}"#);
        let other = Memory { session_id: "a".to_owned(), rounds: 1, reason: String::new() };
        assert!(matches!(decide(&again, &other, "why").0, Decision::LetGo(_)));
    }

    #[test]
    fn events_are_read_with_what_they_have() {
        assert_eq!(event(""), Event::default());
        assert_eq!(event(r#"{"hook_event_name": "Stop", "cwd": "/x"}"#), Event::default());
        assert!(Event::parse("[1]").is_err() && Event::parse("no").is_err());
        assert!(event(r#"{"status": "aborted"}"#).is_broken_off() && !event(r#"{"status": "completed"}"#).is_broken_off());
    }

    #[test]
    fn a_reason_is_cut_between_lines() {
        let long = "0123456789\n".repeat(2000);
        let text = bounded(&long);
        assert!(text.chars().count() < 10_000 && text.ends_with("0123456789\n(cut here; `cargo gate` shows all)"), "{}", text.len());
        assert_eq!(bounded("a\n\nb\n\n"), "a\n\nb");
    }
}
