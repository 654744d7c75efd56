//! The page in a real browser, without a network: what is shown, that it sorts and searches, that the viewer
//! works under the page's own policy, that 20,000 mutants are no burden.
//!
//! These tests need Chromium, so `cargo test` shows them as ignored; `cargo xtask page` runs them.

mod scratch;

use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use scratch::Scratch;

/// Put in front of the page's own scripts: what goes wrong is kept.
const WATCH: &str = "<script>
window.wrong = [];
addEventListener('error', (event) => wrong.push(event.message));
addEventListener('unhandledrejection', (event) => wrong.push(String(event.reason)));
document.addEventListener('securitypolicyviolation', (event) => wrong.push(`${event.violatedDirective} ${event.blockedURI}`));
const all = (selector) => [...document.querySelectorAll(selector)].filter((node) => node.checkVisibility());
const texts = (selector) => all(selector).map((node) => node.textContent);
const go = async (hash) => { location.hash = hash; for (let i = 0; i < 5; i++) await new Promise((done) => setTimeout(done, 50)); };
const type = (text) => { const [input] = all('input[type=search]'); input.value = text; input.dispatchEvent(new Event('input')); };
</script>";

/// The page of a fixture.
fn page(fixture: &str) -> String {
    let scratch = Scratch::fixture(fixture);
    let path = scratch.output("page.html");
    scratch.gate().args(["--quiet", "--output"]).arg(format!("html={}", path.display())).output().unwrap();
    fs::read_to_string(path).unwrap()
}

/// What `probe`, the body of an async function, returns in the page, with what went wrong as `wrong`.
fn probed(page: &str, probe: &str) -> Value {
    let script = format!(
        "<script>(async () => {{ {probe} }})().catch((error) => ({{ failed: String(error) }})).then((seen) => {{ \
         const text = JSON.stringify({{ ...seen, wrong }}); document.body.replaceChildren(text); }});</script></body>"
    );
    let page = page.replacen("<style>", &format!("{WATCH}<style>"), 1).replacen("</body>", &script, 1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    fs::write(&path, page).unwrap();
    let mut chromium = Command::new("chromium");
    chromium.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"]);
    chromium.arg(format!("--user-data-dir={}", folder.path().join("profile").display())).arg(format!("file://{}", path.display()));
    let output = chromium.output().expect("chromium can be started: `cargo xtask page` says what is missing");
    let dom = String::from_utf8(output.stdout).unwrap();
    let text = dom.split_once("<body>").and_then(|(_, rest)| rest.split_once("</body>")).map(|(text, _)| text);
    let text = text.unwrap_or_else(|| panic!("{dom}\n{}", String::from_utf8_lossy(&output.stderr)));
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
#[ignore = "needs chromium: cargo xtask page"]
fn every_part_shows_what_was_found_and_answers() {
    let seen = probed(
        &page("crap-fails"),
        "
        const seen = { verdict: texts('#verdict'), gates: all('#gates tbody tr').length, findings: all('.finding').length };
        type('under-tested'); seen.found = all('.finding').length;
        type('no such thing'); seen.none = all('.finding').length; type('');
        await go('#functions');
        const craps = () => all('tbody td:nth-child(2)').map((cell) => Number(cell.textContent));
        seen.worst = craps();
        all('th button')[1].click(); seen.best = craps();
        type('grade'); seen.searched = texts('tbody td:first-child');
        await go('#files'); seen.files = texts('tbody td:first-child');
        await go('#file/src/lib.rs');
        seen.missed = all('.missed').length; seen.ran = all('.ran').length;
        all('.marks button')[0].click(); seen.mutants = texts('.mutants del').length;
        await go('#mutant');
        const app = document.querySelector('mutation-test-report-app');
        seen.viewer = app.shadowRoot.textContent.length + app.shadowRoot.querySelectorAll('*').length;
        await go('#mutant/lib.rs');
        seen.title = document.title;
        await go('#overview'); seen.back = all('.finding').length;
        return seen;",
    );
    assert_eq!(seen["wrong"], json!([]), "{seen:#}");
    assert_eq!(seen["verdict"], json!(["FAIL"]), "{seen:#}");
    assert_eq!((&seen["gates"], &seen["files"]), (&json!(8), &json!(["src/lib.rs"])), "{seen:#}");
    let number = |name: &str| seen[name].as_u64().unwrap_or_else(|| panic!("{name} in {seen:#}"));
    assert!(number("findings") > number("found") && number("found") > 0 && number("none") == 0, "{seen:#}");
    let craps = |name: &str| seen[name].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect::<Vec<_>>();
    assert!(craps("worst").len() > 1 && craps("worst").is_sorted_by(|a, b| a >= b) && craps("best").is_sorted(), "{seen:#}");
    assert_eq!(seen["searched"], json!(["grade"]), "{seen:#}");
    for name in ["missed", "ran", "mutants", "viewer", "back"] {
        assert!(number(name) > 0, "{name} in {seen:#}");
    }
    assert!(seen["title"].as_str().unwrap().contains("lib.rs"), "the viewer shows the file: {seen:#}");
}

/// Hostile names and sources stay text.
#[test]
#[ignore = "needs chromium: cargo xtask page"]
fn nothing_in_a_report_becomes_markup() {
    let scratch = Scratch::fixture("complexity-fails");
    let lib = fs::read_to_string(scratch.root().join("src/lib.rs")).unwrap();
    let scratch = scratch.with("src/lib.rs", &format!("{lib}\n// </script><img src=x onerror=\"wrong.push('markup')\"> <!-- <script>\n"));
    let path = scratch.output("page.html");
    scratch.gate().args(["--quick", "--quiet", "--output"]).arg(format!("html={}", path.display())).output().unwrap();
    let page = fs::read_to_string(path).unwrap();
    let seen = probed(&page, "await go('#file/src/lib.rs'); return { images: all('img').length, code: texts('.code').slice(-2, -1) };");
    assert_eq!((&seen["wrong"], &seen["images"]), (&json!([]), &json!(0)), "{seen:#}");
    assert!(seen["code"][0].as_str().unwrap().contains("</script><img src=x"), "{seen:#}");
}

/// A page whose one file became many: 20,000 mutants in 100 files.
fn large() -> String {
    let page = page("crap-fails");
    let (before, rest) = page.split_once("id=\"data-report\">").unwrap();
    let (document, after) = rest.split_once("</script>").unwrap();
    let mut report: Value = serde_json::from_str(document).unwrap();
    let file = report["files"]["src/lib.rs"].clone();
    let mutants = file["mutants"].as_array().unwrap();
    for index in 0..100 {
        let mut copy = file.clone();
        let copies = mutants.iter().cycle().take(200).enumerate().map(|(at, mutant)| {
            let mut mutant = mutant.clone();
            let mut id = String::new();
            write!(id, "{index:06x}{at:06x}").unwrap();
            mutant["id"] = id.into();
            mutant
        });
        copy["mutants"] = copies.collect::<Vec<_>>().into();
        report["files"][format!("src/part{index}/lib.rs")] = copy;
    }
    format!("{before}id=\"data-report\">{}</script>{after}", report.to_string().replace('<', "\\u003c"))
}

#[test]
#[ignore = "needs chromium: cargo xtask page"]
fn twenty_thousand_mutants_are_no_burden() {
    let page = large();
    let start = Instant::now();
    let seen = probed(
        &page,
        "const first = all('.finding').length; await go('#mutant'); await go('#mutant/part7/lib.rs');
         const app = document.querySelector('mutation-test-report-app');
         return { first, title: document.title, files: Object.keys(app.report.files).length };",
    );
    let took = start.elapsed();
    eprintln!("{} MB, chromium started, first view, all files and one file of 20,000 mutants: {took:?}", page.len() >> 20);
    assert_eq!((&seen["wrong"], &seen["files"]), (&json!([]), &json!(101)), "{seen:#}");
    assert!(seen["first"].as_u64().unwrap() > 0 && seen["title"].as_str().unwrap().starts_with("lib.rs"), "{seen:#}");
    assert!(took < Duration::from_secs(60), "{took:?}");
}
