//! The section of `AGENTS.md` that tells coding agents what to run. Owns the section between its marks; refuses to
//! touch what stands around.

const BEGIN: &str = "<!-- cargo-gate: begin -->";
const END: &str = "<!-- cargo-gate: end -->";

const SECTION: &str = include_str!("AGENTS.md");

/// `text` with the section as it is now: in its old place, else at the end. Fails when it begins and does not end.
pub fn with_section(text: &str) -> Result<String, String> {
    let section = format!("{BEGIN}\n{}\n{END}", SECTION.trim_end());
    let Some(begin) = text.find(BEGIN) else {
        let gap = if text.is_empty() || text.ends_with("\n\n") {
            ""
        } else if text.ends_with('\n') {
            "\n"
        } else {
            "\n\n"
        };
        return Ok(format!("{text}{gap}{section}\n"));
    };
    let end = text[begin..].find(END).ok_or_else(|| format!("`{BEGIN}` has no `{END}`: add that line behind the section"))?;
    Ok(format!("{}{section}{}", &text[..begin], &text[begin + end + END.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_is_added_once_and_renewed_in_its_place() {
        let new = with_section("").unwrap();
        assert!(new.starts_with(&format!("{BEGIN}\n## ")) && new.ends_with(&format!("\n{END}\n")), "{new}");
        assert_eq!(with_section(&new).unwrap(), new);
        for before in ["# Mine\n", "# Mine", "# Mine\n\n"] {
            assert_eq!(with_section(before).unwrap(), format!("# Mine\n\n{new}"));
        }
        let old = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        assert_eq!(with_section(&old).unwrap(), format!("a\n{new}b\n"));
        assert!(with_section(&format!("a\n{BEGIN}\nold\n")).unwrap_err().contains("has no"));
    }
}
