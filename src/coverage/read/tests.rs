//! What is read of each format, and what is said of files that are none, or not whole.

use super::*;

/// `name LINES BRANCHES FUNCTIONS` of each file: lines as `3+ 4-`, outcomes as `3.0.1+`, functions as `f3+`.
fn told(text: &[u8]) -> Result<String, ReadError> {
    let frame = Frame { names: ["lib.rs", "a.rs"].map(ToOwned::to_owned).into(), longest: 100 };
    // One byte at a time, so that nothing depends on what happens to be in the buffer.
    let (format, claims) = read(std::io::BufReader::with_capacity(16, text), &frame)?;
    let sign = |hit: bool| if hit { '+' } else { '-' };
    let mut told = format.name().to_owned();
    for (path, claim) in &claims.files {
        let lines = claim.lines().map(|(line, ran)| format!(" {line}{}", sign(ran)));
        let branches =
            claim.branches.iter().map(|((line, decision, outcome), taken)| format!(" {line}.{decision}.{outcome}{}", sign(*taken)));
        let functions = claim.functions.iter().map(|(line, entered)| format!(" f{line}{}", sign(*entered)));
        told.extend([format!(" | {path}")].into_iter().chain(lines).chain(branches).chain(functions));
    }
    Ok(told)
}

fn check(text: &str, expect: &str) {
    assert_eq!(told(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}")), expect, "{text}");
}

fn refused(text: &[u8], expect: &str) {
    let error = told(text).expect_err(expect).to_string();
    assert!(error.contains(expect), "`{expect}` is not in `{error}`");
}

#[test]
fn lcov_s_own_lines_count_and_what_is_not_known_is_skipped() {
    check("SF:src/lib.rs\nDA:3,1\nDA:4,0\nend_of_record\n", "lcov | src/lib.rs 3+ 4-");
    // Totals that lie, a line twice, windows' line ends, a count of `-`, a checksum, records of later versions.
    check(
        "TN:\r\nVER:2\r\nSF:src\\lib.rs\r\nDA:3,0,abc\r\nDA:3,7\r\nDA:4,-\r\nMCDC:1,2,t,1,0,1\r\nLF:100\r\nLH:100\r\nend_of_record\r\n",
        "lcov | src/lib.rs 3+ 4-",
    );
    check(
        "SF:a.rs\nFN:1,f\nFN:5,9,g<A, B>\nFNDA:2,f\nFNDA:0,g<A, B>\nFNL:1,3\nBRDA:2,0,0,-\nBRDA:2,0,1,4\nDA:2,1\nend_of_record",
        "lcov | a.rs 2+ 2.0.0- 2.0.1+ f1+ f5-",
    );
    // The same file twice, and one that is none of ours.
    check("SF:a.rs\nDA:1,0\nDA:2,1\nend_of_record\nSF:x.c\nDA:?\nend_of_record\nSF:./a.rs\nDA:1,1\nend_of_record\n", "lcov | a.rs 1+ 2+");
    check("\u{feff}\n\n# made by hand\nSF:a.rs\nDA:1,18446744073709551615\nend_of_record\n", "lcov | a.rs 1+");
}

#[test]
fn lcov_that_is_not_whole_is_refused_with_its_line() {
    refused(b"SF:a.rs\nDA:1,1\n", "line 2: it ends within the record of `a.rs`: it is not complete");
    refused(b"SF:a.rs\nDA:1,1\nSF:lib.rs\nDA:1,1\nend_of_record\n", "line 3: the record of `a.rs` has no end");
    refused(b"SF:a.rs\nDA:12", "line 2: `DA:12` is not understood");
    refused(b"SF:a.rs\nDA:1,1\nend_of_rec", "line 3: `end_of_rec` is no LCOV record");
    refused(b"DA:1,1\nend_of_record\n", "line 1: `DA` stands before any `SF`");
    refused(b"SF:a.rs\nDA:1,-3\nend_of_record\n", "line 2: `DA:1,-3` is not understood");
    refused(b"SF:\nend_of_record\n", "line 1: `SF:` names no file");
    refused(b"SF:a.rs\nDA:1,1\xff\nend_of_record\n", "line 2: it is not UTF-8");
    refused(b"Hello: world\n", "it has no record of LCOV");
}

const COBERTURA: &str = r#"<?xml version="1.0"?>
<!DOCTYPE coverage SYSTEM "coverage-04.dtd">
<coverage line-rate="1" branch-rate="1" version="x" timestamp="0">
  <sources><source>/app/a&amp;b</source></sources>
  <packages><package name="p"><classes>
    <class name="lib" filename="src/lib.rs">
      <methods><method name="f" signature=""><lines><line number="2" hits="0"/></lines></method></methods>
      <lines>
        <line number="2" hits="0" branch="false"/>
        <line number="3" hits="4" branch="true" condition-coverage="50% (1/2)"><conditions/></line>
      </lines>
    </class>
    <class name="lib$2" filename="src/lib.rs"><lines><line number="2" hits="1"/></lines></class>
    <class name="c" filename="x.c"><lines><line number="2" hits="1"/></lines></class>
  </classes></package></packages>
</coverage>
"#;

#[test]
fn cobertura_s_lines_count_in_the_file_of_their_class() {
    check(COBERTURA, "cobertura | /app/a&b/src/lib.rs 2+ 3+ 3.0.0+ 3.0.1- f2-");
    let two = COBERTURA.replace("<sources>", "<sources><source>/x</source>");
    check(&two, "cobertura | src/lib.rs 2+ 3+ 3.0.0+ 3.0.1- f2-");
    check(&COBERTURA.replace("src/lib.rs", r"C:\w\lib.rs"), "cobertura | C:/w/lib.rs 2+ 3+ 3.0.0+ 3.0.1- f2-");
}

#[test]
fn cobertura_that_is_not_whole_is_refused() {
    for end in [100, 300, 600, COBERTURA.len() - 5] {
        refused(&COBERTURA.as_bytes()[..end], "complete");
    }
    refused(COBERTURA.replace("hits=\"4\"", "hits=\"many\"").as_bytes(), "`hits=\"many\"` is no count");
    refused(COBERTURA.replace("(1/2)", "(3/2)").as_bytes(), "`condition-coverage=\"50% (3/2)\"` is not understood");
    refused(COBERTURA.replace(" hits=\"4\"", "").as_bytes(), "a `line` has no `hits`");
    refused(b"<html><body/></html>", "begins with `<html>`");
}

/// Line 2 to 5 ran, within them line 3 from column 9 on did not; a gap that counts nothing follows.
const LLVM: &str = r#"{"data":[{"files":[{"branches":[[3,5,3,9,0,7,0,0,4]],"expansions":[],"filename":"/w/src/lib.rs",
"segments":[[2,1,7,true,true,false],[3,9,0,true,true,false],[3,12,7,true,false,false],[5,2,0,false,false,false],
[8,1,0,true,true,false],[9,3,0,true,false,true],[10,1,0,false,false,false]],"summary":{}},
{"filename":"x.c","segments":[[1,1,1,true,true]]}],
"functions":[{"branches":[],"count":7,"filenames":["/w/src/lib.rs"],"name":"f","regions":[[2,1,5,2,7,0,0,0]]}],
"totals":{}}],"type":"llvm.coverage.json.export","version":"2.0.1"}"#;

#[test]
fn lines_are_told_from_llvm_s_segments_as_llvm_does() {
    check(LLVM, "llvm-cov-json | /w/src/lib.rs 2+ 3+ 4+ 5+ 8- 9- 10- 3.5.0+ 3.5.1- f2+");
    check(&LLVM.replace(",true,true,false]", ",true,true]"), "llvm-cov-json | /w/src/lib.rs 2+ 3+ 4+ 5+ 8- 9- 10- 3.5.0+ 3.5.1- f2+");
}

#[test]
fn json_that_is_not_an_export_or_not_whole_is_refused() {
    for end in [10, 200, 400, LLVM.len() - 1] {
        refused(&LLVM.as_bytes()[..end], "it ends early: it is not complete");
    }
    refused(LLVM.replace("2.0.1", "9.0.0").as_bytes(), "version 9.0.0 of the llvm-cov export is not known");
    refused(b"{\"a\": 1}", "not what `llvm-cov export` writes");
    refused(b"{\"type\":\"llvm.coverage.json.export\"}", "not what `llvm-cov export` writes");
    refused(b"{\"type\":\"llvm.coverage.json.export\",\"data\":3}", "expected the exports of llvm-cov");
}

#[test]
fn what_is_no_coverage_file_is_told_for_what_it_is() {
    for (text, expect) in [
        (&b""[..], "it is empty"),
        (b" \n\n\t                                        ", "it is empty"),
        (b"\x1f\x8b\x08", "it is compressed"),
        (b"PK\x03\x04", "it is an archive"),
        (b"\xffrforpl\x81", "it is a raw profile"),
        (b"\xff\xfeS\0", "it is UTF-16"),
        (b"hello", "it is neither LCOV nor Cobertura"),
        (b"\0\0", "it is neither LCOV nor Cobertura"),
    ] {
        refused(text, expect);
    }
}

#[test]
fn nothing_is_kept_of_what_is_not_ours() {
    let lines: Vec<String> = (1..500).map(|line| format!("DA:{line},1\n")).collect();
    let section = |path: &str| format!("SF:{path}\n{}end_of_record\n", lines.concat());
    let foreign = (0..200).map(|number| section(&format!("/x/{number}/main.c"))).collect::<Vec<_>>().concat();
    let frame = Frame { names: ["lib.rs".to_owned()].into(), longest: 100 };
    let text = format!("{foreign}{}SF:lib.rs\nDA:4294967295,1\nend_of_record\n", section("lib.rs"));
    let (_, claims) = read(text.as_bytes(), &frame).unwrap();
    assert_eq!((claims.files.len(), claims.foreign.as_deref()), (1, Some("/x/0/main.c")));
    assert_eq!((claims.files["lib.rs"].lines().count(), claims.files["lib.rs"].last_line()), (100, u32::MAX));
}
