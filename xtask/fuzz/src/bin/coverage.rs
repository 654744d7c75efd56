//! Any bytes as a coverage file, in each of the formats: used whole, or refused with a reason.
#![no_main]

use std::cell::LazyCell;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_gate::coverage::{CoverageFile, KnownSource, read_files};
use cargo_gate::syntax::{Runnable, parse};
use libfuzzer_sys::fuzz_target;

const SOURCE: &str = "fn f(a: u8) -> u8 {\n    if a > 1 {\n        return 2;\n    }\n    a\n}\n";

thread_local! {
    static FOLDER: LazyCell<tempfile::TempDir> = LazyCell::new(|| tempfile::tempdir().expect("a temporary folder"));
}

fuzz_target!(|bytes: &[u8]| {
    FOLDER.with(|folder| {
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("a path in UTF-8");
        let path = root.join("coverage");
        std::fs::write(&path, bytes).expect("room for the file");
        let parsed = parse(SOURCE).expect("Rust");
        let runnable = Runnable::of(&parsed);
        let sources = [KnownSource { path: Utf8Path::new("src/lib.rs"), runnable: &runnable }];
        let outside = read_files(&[CoverageFile { path, shown: "coverage".to_owned() }], &root, &sources);
        assert_eq!(outside.used.len() + outside.rejected.len(), 1, "{:?}", outside.rejected);
    });
});
