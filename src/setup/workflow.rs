//! The workflow for GitHub. Owns its text.

use camino::Utf8Path;

/// Where it lies, from the root of the repository.
pub const PATH: &str = ".github/workflows/gate.yml";

const TEMPLATE: &str = include_str!("gate.yml");

/// The workflow for a workspace that lies at `below` in its repository, whose work goes on in `branch`.
pub fn text(below: &Utf8Path, branch: &str) -> String {
    let below = below.as_str().replace('\\', "/");
    let (defaults, below) = if below.is_empty() {
        (String::new(), below)
    } else {
        (format!("\n    defaults:\n      run:\n        working-directory: \"{}\"", escaped(&below)), format!("{below}/"))
    };
    let parts = [
        ("{branch}", escaped(branch)),
        ("{defaults}", defaults),
        ("{target}", format!("{below}target/gate")),
        ("{below}", below),
        ("{version}", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    parts.iter().fold(TEMPLATE.to_owned(), |text, (mark, part)| text.replace(mark, part))
}

/// Inside the quotes of a YAML string.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mark_of_the_template_stays() {
        let text = text(Utf8Path::new(""), "main");
        let without_expressions = text.replace("${{", "").replace("}}", "").replace("${BASE:+--base \"origin/$BASE\"}", "");
        assert!(!without_expressions.contains(['{', '}']), "{text}");
        assert!(text.contains("branches: [\"main\"]\n") && !text.contains("working-directory"), "{text}");
    }

    #[test]
    fn a_workspace_in_a_folder_is_gated_there() {
        let text = text(Utf8Path::new("crates/shop"), "trunk\"x");
        assert!(text.contains("        working-directory: \"crates/shop\"\n    steps:\n"), "{text}");
        assert!(text.contains("            crates/shop/target/gate\n") && text.contains("[\"trunk\\\"x\"]"), "{text}");
    }
}
