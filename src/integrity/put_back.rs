//! A file of the head with the base's test code in place of its own: what the base's tests say of the head's
//! production code can only be learned by running them on it. Refuses to run anything.
//!
//! Production code keeps its text and its lines. Test code inside of functions and `impl` blocks stays as the head
//! has it: without the items around them there is no telling where the base's would belong.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use syn::Item;

use super::Pair;
use super::census::File;
use crate::syntax::{Parsed, Span, is_test_code, outer_attributes};

/// What is other than in the head where the base's test code is put back: texts by path, `None` for no file.
pub(super) type Texts = BTreeMap<Utf8PathBuf, Option<String>>;

/// Put back what `pair` changes of test code.
pub(super) fn put_back(pair: &Pair, base: Option<&File<'_>>, head: Option<&File<'_>>, texts: &mut Texts) {
    let is_all_test = |file: Option<&File<'_>>| file.is_some_and(File::is_all_test);
    match (base, head) {
        (Some(base), _) if base.is_all_test() && (head.is_none() || is_all_test(head)) => {
            // A module's file lies where the head's `mod` looks for it, even if the module has another name now.
            let old_path = pair.old_path.as_deref().filter(|path| is_own_target(path) || is_own_target(&pair.path));
            texts.extend(old_path.map(|_| (pair.path.clone(), None)));
            texts.insert(old_path.unwrap_or(&pair.path).to_owned(), Some(base.parsed.text.to_owned()));
        }
        (None, Some(head)) if head.is_all_test() => {
            texts.insert(pair.path.clone(), None);
        }
        (_, Some(head)) => texts.extend(mixed(base, head).map(|text| (pair.path.clone(), Some(text)))),
        (_, None) => {}
    }
}

/// Whether cargo finds the file by its path, and no `mod` declaration names it.
fn is_own_target(path: &Utf8Path) -> bool {
    let folders = || path.parent().into_iter().flat_map(Utf8Path::components).map(|part| part.as_str());
    folders().any(|folder| folder == "tests" || folder == "benches") && !folders().any(|folder| folder == "src")
}

/// The head's production code with the base's test items at the ends of the modules that had them.
fn mixed(base: Option<&File<'_>>, head: &File<'_>) -> Option<String> {
    let (old, new) = (base.map(|base| Modules::of(&base.parsed)).unwrap_or_default(), Modules::of(&head.parsed));
    let texts = |modules: &Modules, parsed: &Parsed<'_>| -> Vec<(String, String)> {
        modules.tests.iter().map(|(module, span)| (module.clone(), span.of(parsed.text).to_owned())).collect()
    };
    let (before, now) = (base.map(|base| texts(&old, &base.parsed)).unwrap_or_default(), texts(&new, &head.parsed));
    if before == now {
        return None;
    }
    let mut edits: Vec<(Span, String)> =
        new.tests.iter().map(|(_, span)| (*span, "\n".repeat(span.of(head.parsed.text).matches('\n').count()))).collect();
    for (module, end) in &new.ends {
        let items = before.iter().filter(|(of, _)| of == module).map(|(_, text)| format!("\n{text}\n"));
        edits.push((Span::empty(*end), items.collect()));
    }
    edits.sort_by_key(|(span, _)| std::cmp::Reverse((span.start, span.end)));
    let mut text = head.parsed.text.to_owned();
    for (span, new) in edits {
        text.replace_range(span.range(), &new);
    }
    Some(text)
}

/// The test items of a file by the module that they stand in, and where the modules of its production code end.
#[derive(Default)]
struct Modules {
    tests: Vec<(String, Span)>,
    ends: Vec<(String, u32)>,
}

impl Modules {
    fn of(parsed: &Parsed<'_>) -> Modules {
        let mut modules = Modules::default();
        modules.add(parsed, "", &parsed.tree.items);
        modules.ends.push((String::new(), u32::try_from(parsed.text.len()).unwrap_or(u32::MAX)));
        modules
    }

    fn add(&mut self, parsed: &Parsed<'_>, path: &str, items: &[Item]) {
        for item in items {
            if is_test_code(outer_attributes::of_item(item)) {
                self.tests.push((path.to_owned(), parsed.span_of(item)));
            } else if let Item::Mod(module) = item
                && let Some((brace, items)) = &module.content
            {
                let inner = format!("{path}::{}", module.ident);
                self.add(parsed, &inner, items);
                self.ends.push((inner, parsed.start(brace.span.close())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `path: text`, or `path -` for no file.
    fn check(path: &str, old_path: Option<&str>, sides: [Option<&str>; 2], expect: &[&str]) {
        let [base, head] = sides;
        let own = |text: Option<&str>| text.map(str::to_owned);
        let pair = Pair { path: path.into(), old_path: old_path.map(Into::into), base: own(base), head: own(head) };
        let file = |text: Option<&'static str>| text.map(|text| File::of(path.into(), text).unwrap());
        let leak = |text: Option<&str>| text.map(|text| &*text.to_owned().leak());
        let mut texts = Texts::new();
        put_back(&pair, file(leak(base)).as_ref(), file(leak(head)).as_ref(), &mut texts);
        let said = |(path, text): (Utf8PathBuf, Option<String>)| text.map_or_else(|| format!("{path} -"), |text| format!("{path}: {text}"));
        assert_eq!(texts.into_iter().map(said).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn files_of_test_code_come_back_whole() {
        let (old, new) = (Some("#[test] fn a() { assert!(b()) }"), Some("#[test] fn a() {}"));
        check("tests/a.rs", None, [old, new], &["tests/a.rs: #[test] fn a() { assert!(b()) }"]);
        check("tests/a.rs", None, [old, None], &["tests/a.rs: #[test] fn a() { assert!(b()) }"]);
        check("tests/a.rs", None, [None, new], &["tests/a.rs -"]);
        check("tests/b.rs", Some("tests/a.rs"), [old, new], &["tests/a.rs: #[test] fn a() { assert!(b()) }", "tests/b.rs -"]);
        check("tests/b.rs", Some("src/x/tests.rs"), [old, new], &["src/x/tests.rs: #[test] fn a() { assert!(b()) }", "tests/b.rs -"]);
        // A module's file lies where the head's `mod` looks for it.
        check("src/y/tests.rs", Some("src/x/tests.rs"), [old, new], &["src/y/tests.rs: #[test] fn a() { assert!(b()) }"]);
    }

    #[test]
    fn test_items_change_places_and_production_code_keeps_its_lines() {
        let base = "fn a() { 1 }\n#[cfg(test)]\nmod tests {\n    #[test] fn t() { old() }\n}\nmod m { #[cfg(test)] use x; fn c() {} }\n";
        let head = "#[cfg(test)]\nmod tests {\n    #[test] fn t() {}\n}\nfn a() { 2 }\nmod m { fn c() {} fn d() {} }";
        let expected = "src/a.rs: \n\n\n\nfn a() { 2 }\nmod m { fn c() {} fn d() {} \n#[cfg(test)] use x;\n}\n\
            #[cfg(test)]\nmod tests {\n    #[test] fn t() { old() }\n}\n";
        check("src/a.rs", None, [Some(base), Some(head)], &[expected]);
        check("src/a.rs", None, [Some(base), Some(&base.replace("{ 1 }", "{ 3 }"))], &[]);
        check("src/a.rs", None, [Some("fn a() {}"), Some("fn a() {}\n#[test]\nfn t() {}")], &["src/a.rs: fn a() {}\n\n"]);
        // New production code without tests, and production code that is gone with its tests.
        check("src/a.rs", None, [None, Some("fn a() {}")], &[]);
        check("src/a.rs", None, [Some(base), None], &[]);
    }
}
