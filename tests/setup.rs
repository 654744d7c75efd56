//! `cargo gate init` and what it writes, as git and coding agents use it: real repositories, real hooks.
#![cfg(unix)]

mod scratch;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use cargo_gate::cli::definition;
use serde_json::Value;

use scratch::Scratch;

/// A crate in a repository of its own, everything committed.
fn repository(fixture: &str) -> Scratch {
    let scratch = Scratch::fixture(fixture);
    git(&scratch.root(), &["init", "--quiet", "--initial-branch", "trunk"]);
    for (key, value) in [("user.name", "a"), ("user.email", "a@b"), ("core.hooksPath", ".git/hooks")] {
        git(&scratch.root(), &["config", key, value]);
    }
    git(&scratch.root(), &["config", "--unset", "core.hooksPath"]);
    git(&scratch.root(), &["add", "--all"]);
    git(&scratch.root(), &["commit", "--quiet", "--message", "first"]);
    scratch
}

/// `git`, with `cargo gate` to be found by hooks.
fn git_output(folder: &Path, args: &[&str]) -> Output {
    let ours = Path::new(env!("CARGO_BIN_EXE_cargo-gate")).parent().unwrap();
    let path =
        std::env::join_paths(std::iter::once(ours.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap()))).unwrap();
    let target = folder.join("target");
    Command::new("git").args(args).current_dir(folder).env("PATH", path).env("CARGO_TARGET_DIR", target).output().unwrap()
}

fn git(folder: &Path, args: &[&str]) -> String {
    let output = git_output(folder, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What `cargo gate init` says, with its exit code.
fn init(scratch: &Scratch, args: &[&str]) -> (i32, String) {
    let output = scratch.gate().arg("init").args(args).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap().replace(&scratch.root().display().to_string(), "."))
}

fn read(scratch: &Scratch, path: &str) -> String {
    fs::read_to_string(scratch.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn executable(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A function past the limit of ten.
fn complex() -> String {
    format!("pub fn many(n: u32) -> u32 {{\n{}    n\n}}\n", "    if n == 1 { return 1; }\n".repeat(10))
}

#[test]
fn a_project_gets_a_policy_that_it_can_be_judged_by_and_keeps_it() {
    let scratch = Scratch::fixture("all-pass");
    fs::remove_file(scratch.root().join("gates.toml")).unwrap();
    assert_eq!(init(&scratch, &[]), (0, "wrote gates.toml\n".to_owned()));
    let output = scratch.gate().output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let edited = read(&scratch, "gates.toml").replace("max = 10 }", "max = 9 }");
    fs::write(scratch.root().join("gates.toml"), &edited).unwrap();
    assert_eq!(init(&scratch, &[]), (0, "kept gates.toml: it is there already (--force writes it anew)\n".to_owned()));
    assert_eq!(read(&scratch, "gates.toml"), edited);
    assert_eq!(init(&scratch, &["--force"]), (0, "updated gates.toml\n".to_owned()));
    assert!(read(&scratch, "gates.toml").contains("complexity           = { max = 10 }"));
}

#[test]
fn everything_at_once_and_a_second_time_nothing() {
    let scratch = repository("all-pass");
    let all = ["--ci", "github", "--hook", "--agent"];
    let (code, said) = init(&scratch, &all);
    let expected = "kept gates.toml: it is there already (--force writes it anew)\nwrote .github/workflows/gate.yml\n\
        wrote ./.git/hooks/pre-commit\nwrote .claude/settings.json\nwrote AGENTS.md\n";
    assert_eq!((code, said.as_str()), (0, expected));
    let before = scratch.tree();
    let (code, said) = init(&scratch, &all);
    assert_eq!((code, said.replace("wrote", "unchanged")), (0, expected.replace("wrote", "unchanged")));
    assert_eq!(before, scratch.tree());
    assert!(read(&scratch, ".github/workflows/gate.yml").contains("branches: [\"trunk\"]"));
}

#[test]
fn the_hook_stops_a_commit_that_fails_and_lets_others_through() {
    let scratch = repository("all-pass");
    assert_eq!(init(&scratch, &["--hook"]).0, 0);
    let root = scratch.root();
    fs::write(root.join("src/more.rs"), complex()).unwrap();
    let lib = read(&scratch, "src/lib.rs");
    fs::write(root.join("src/lib.rs"), format!("{lib}\npub mod more;\n")).unwrap();
    git(&root, &["add", "--all"]);
    let refused = git_output(&root, &["commit", "--message", "more"]);
    let said = String::from_utf8_lossy(&[refused.stdout, refused.stderr].concat()).into_owned();
    assert!(!refused.status.success() && said.contains("error[complexity]: `many`"), "{said}");
    fs::write(root.join("src/more.rs"), "pub fn few() {}\n").unwrap();
    git(&root, &["add", "--all"]);
    git(&root, &["commit", "--message", "more"]);
}

#[test]
fn a_hook_that_is_there_runs_first_and_can_refuse() {
    let scratch = repository("all-pass");
    let root = scratch.root();
    executable(&root.join(".git/hooks/pre-commit"), "#!/bin/sh\necho \"mine $#\" >> seen\ntest ! -e forbidden\n");
    let (code, said) = init(&scratch, &["--hook"]);
    assert_eq!(code, 0);
    assert!(said.ends_with("wrote ./.git/hooks/pre-commit; what was there runs first, now as pre-commit.before-gate\n"), "{said}");
    git(&root, &["commit", "--allow-empty", "--message", "a"]);
    assert_eq!(read(&scratch, "seen"), "mine 0\n");
    fs::write(root.join("forbidden"), "").unwrap();
    assert!(!git_output(&root, &["commit", "--allow-empty", "--message", "b"]).status.success());
    assert!(init(&scratch, &["--hook"]).1.ends_with("unchanged ./.git/hooks/pre-commit\n"));
    executable(&root.join(".git/hooks/pre-commit"), "#!/bin/sh\n");
    let (code, said) = init(&scratch, &["--hook"]);
    assert!(code == 2 && said.contains("both there already"), "{said}");
}

#[test]
fn the_hook_goes_where_git_looks_for_it() {
    let scratch = repository("all-pass");
    let root = scratch.root();
    git(&root, &["config", "core.hooksPath", "tools/hooks"]);
    assert!(init(&scratch, &["--hook"]).1.ends_with("wrote ./tools/hooks/pre-commit\n"));
    git(&root, &["commit", "--allow-empty", "--message", "a"]);
    let elsewhere = scratch.output("hooks");
    git(&root, &["config", "core.hooksPath", elsewhere.to_str().unwrap()]);
    let (code, said) = init(&scratch, &["--hook"]);
    assert!(code == 2 && said.contains("not of this repository alone"), "{said}");
    assert!(!elsewhere.exists());
    git(&root, &["config", "--unset", "core.hooksPath"]);
    let tree = scratch.output("tree");
    git(&root, &["worktree", "add", "--quiet", "-b", "other", tree.to_str().unwrap()]);
    let output = scratch.gate().args(["init", "--hook"]).current_dir(&tree).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(root.join(".git/hooks/pre-commit").exists());
    git(&tree, &["commit", "--allow-empty", "--message", "a"]);
}

#[test]
fn no_hook_is_written_that_could_judge_nothing_or_has_no_repository() {
    let scratch = repository("all-pass").with("gates.toml", "version = 1\n[gates]\ntests = true\n");
    let (code, said) = init(&scratch, &["--hook"]);
    assert!(code == 2 && said.contains("no gate that needs no compilation"), "{said}");
    let (code, said) = init(&Scratch::fixture("all-pass"), &["--hook"]);
    assert!(code == 2 && said.contains("there is no git repository here"), "{said}");
}

#[test]
fn settings_that_are_no_json_stay_as_they_are() {
    let scratch = repository("all-pass");
    fs::create_dir(scratch.root().join(".claude")).unwrap();
    let scratch = scratch.with(".claude/settings.json", "{ mine");
    let (code, said) = init(&scratch, &["--agent"]);
    assert!(code == 2 && said.contains("settings.json stays as it is: not valid JSON"), "{said}");
    assert_eq!(read(&scratch, ".claude/settings.json"), "{ mine");
}

/// The answer to an event: exit code, standard output, standard error.
fn hook(scratch: &Scratch, agent: &str, event: &str) -> (i32, String, String) {
    let output = scratch.gate().args(["hook", agent]).write_stdin(event).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn an_agent_is_sent_back_by_the_hook_in_its_settings_and_let_go_when_nothing_changes() {
    let scratch = repository("complexity-fails");
    assert_eq!(init(&scratch, &["--agent"]).0, 0);
    let settings: Value = serde_json::from_str(&read(&scratch, ".claude/settings.json")).unwrap();
    let command = settings["hooks"]["Stop"][0]["hooks"][0]["command"].as_str().unwrap().to_owned();
    let run = |event: &str| {
        let ours = Path::new(env!("CARGO_BIN_EXE_cargo-gate")).parent().unwrap();
        let path = format!("{}:{}", ours.display(), std::env::var("PATH").unwrap());
        let mut shell = assert_cmd::Command::new("sh");
        shell
            .args(["-c", &command])
            .env("PATH", path)
            .env("CLAUDE_PROJECT_DIR", scratch.root())
            .env("CARGO_TARGET_DIR", scratch.output("target"));
        let output = shell.write_stdin(event).current_dir("/").output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let first = r#"{"session_id": "s", "hook_event_name": "Stop", "stop_hook_active": false}"#;
    let again = r#"{"session_id": "s", "hook_event_name": "Stop", "stop_hook_active": true}"#;
    let (code, stdout, stderr) = run(first);
    assert!(code == 2 && stdout.is_empty() && stderr.starts_with("GATE FAIL") && stderr.contains("   do: "), "{code} {stdout} {stderr}");
    let (code, stdout, stderr) = run(again);
    let message: Value = serde_json::from_str(&stdout).unwrap();
    assert!(code == 0 && stderr.is_empty(), "{stderr}");
    assert!(message["systemMessage"].as_str().unwrap().contains("GATE FAIL"), "{message}");
}

#[test]
fn every_agent_hears_of_a_failing_and_of_a_passing_gate() {
    let event = r#"{"session_id": "s", "stop_hook_active": false, "loop_count": 0, "status": "completed"}"#;
    let failing = Scratch::fixture("complexity-fails");
    for (agent, key) in [("codex", "reason"), ("gemini-cli", "reason"), ("cursor", "followup_message")] {
        let (code, stdout, stderr) = hook(&failing, agent, event);
        let answer: Value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{agent}: {error}: {stdout}{stderr}"));
        assert_eq!((code, stderr.as_str()), (0, ""), "{agent}");
        assert!(answer[key].as_str().unwrap().starts_with("GATE FAIL"), "{answer}");
    }
    let passing = Scratch::fixture("all-pass");
    assert_eq!(hook(&passing, "claude-code", event), (0, String::new(), String::new()));
    assert_eq!(hook(&passing, "codex", event), (0, "{}\n".to_owned(), String::new()));
}

#[test]
fn what_cannot_be_judged_sends_an_agent_back_too() {
    let scratch = Scratch::fixture("all-pass").with("gates.toml", "version = 1\n[gates]\ncomplexity = { mix = 1 }\n");
    let (code, _, stderr) = hook(&scratch, "claude-code", "{}");
    assert!(code == 2 && stderr.contains("takes `max` alone") && stderr.contains("stop and say so"), "{stderr}");
    let (code, _, stderr) = hook(&scratch, "claude-code", "no json");
    assert!(code == 2 && stderr.contains("no event of a coding agent"), "{stderr}");
    assert_eq!(hook(&scratch, "cursor", r#"{"status": "aborted"}"#), (0, "{}\n".to_owned(), String::new()));
}

#[test]
fn shells_and_man_get_every_command() {
    let print = |args: &[&str]| String::from_utf8(Scratch::empty().gate().args(args).output().unwrap().stdout).unwrap();
    let manual = print(&["man"]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let text = print(&["completions", shell]);
        for command in definition().get_subcommands() {
            assert!(text.contains(command.get_name()) && manual.contains(command.get_name()), "{shell}: {}", command.get_name());
        }
    }
}
