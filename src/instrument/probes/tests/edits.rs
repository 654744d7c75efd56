//! What the edited text looks like; `::gate_rt::` is left out, numbers are those of probes. That the text still
//! compiles and means the same was shown on whole crates; here each shape is pinned.

use super::{plan, render::render};

/// The edited text of `source`, which must parse and keep its lines.
fn check(source: &str, expect: &str) {
    let text = render(source, &plan(source).edits, &|probe| probe.to_string());
    assert!(crate::syntax::parse(&text).is_ok(), "{text}");
    assert_eq!(text.lines().count(), source.lines().count());
    assert_eq!(text.replace("::gate_rt::", ""), expect);
}

/// The same for the statements of a function's body, which the entry probe 0 precedes.
fn check_body(source: &str, expect: &str) {
    check(&format!("fn f() {{ {source} }}"), &format!("fn f() {{ enter(0); {expect} }}"));
}

#[test]
fn functions_mark_their_entry() {
    check("fn f() {}", "fn f() {enter(0); }");
    check("fn f() {\n    // nothing\n}", "fn f() {\n    // nothing\nenter(0); }");
    check("const fn f() -> u8 { 1 }", "const fn f() -> u8 { enter(0); 1 }");
    check("async fn f() { g().await; }", "async fn f() { enter(0); g().await; }");
    check("trait T { fn a(); fn b() { a() } }", "trait T { fn a(); fn b() { enter(0); a() } }");
    check("fn f() { #![allow(x)] #[a] let x = 1; }", "fn f() { #![allow(x)] enter(0); #[a] let x = 1; }");
    check("fn f() { fn g() { h() } g() }", "fn f() { enter(0); fn g() { enter(1); h() } g() }");
    check("#[test] fn f() { if a {} } #[cfg(test)] mod t { fn g() {} }", "#[test] fn f() { if a {} } #[cfg(test)] mod t { fn g() {} }");
    check("extern \"C\" fn f() { naked_asm!(\"ret\") }", "extern \"C\" fn f() { naked_asm!(\"ret\") }");
}

#[test]
fn statements_behind_one_that_may_leave_are_marked() {
    check_body("a(); b(); c()", "a(); b(); c()");
    check_body("assert!(a); b(); println!(); c()", "assert!(a); hit(1); b(); println!(); c()");
    check_body("{ return; } ; b()", "{ return; } ; hit(1); b()");
    check_body("'a: { b(); } c()", "'a: { b(); } hit(1); c()");
    check_body("exit(1); use x::y; static S: u8 = g(); b()", "exit(1); use x::y; static S: u8 = g(); hit(1); b()");
    check_body("|| return; b()", "|| { enter(1); (return) }; b()");
}

#[test]
fn a_probe_carries_the_cfg_of_the_statement_it_stands_before() {
    check_body("#[cfg(a)] { 1 } #[cfg(not(a))] { 2 }", "#[cfg(a)] hit(1); #[cfg(a)] { 1 } #[cfg(not(a))] hit(2); #[cfg(not(a))] { 2 }");
    check_body("#[cfg(a)] return; b()", "#[cfg(a)] hit(1); #[cfg(a)] return; hit(2); b()");
    check_body("#[cfg(test)] return; b()", "#[cfg(test)] return; b()");
    check_body("#[cfg(a)] x = 1; #[allow(y)] z()", "#[cfg(a)] hit(1); #[cfg(a)] x = 1; #[allow(y)] z()");
}

#[test]
fn conditions_give_their_outcome() {
    check_body("if a { b() } else if c { d() } else { e() }", "if branch(1, a) { b() } else if branch(3, c) { d() } else { e() }");
    check_body("if (S { x: 1 } == y) {}", "if branch(1, (S { x: 1 } == y)) {}");
    check_body("let x = a && b && c || d;", "let x = branch(1, branch(3, a) && branch(5, b) && c) || d;");
    check_body("let x = a && (b || c);", "let x = branch(1, a) && (branch(3, b) || c);");
    check_body("while a { b() }", "while branch(1, a) { enter(2); b() }");
}

#[test]
fn a_pattern_that_binds_marks_both_ways() {
    check_body("if let A = a { b() }", "if let A = a { hit(2); b() } else { hit(1); }");
    check_body("if let A = a { b() } else { c() }", "if let A = a { hit(2); b() } else { hit(1); c() }");
    check_body(
        "if let A = a { 1 } else if let B = b { 2 } else { 3 }",
        "if let A = a { hit(2); 1 } else { hit(1); if let B = b { hit(4); 2 } else { hit(3); 3 } }",
    );
    check_body(
        "if let A = a { 1 } else if b { 2 } else { 3 }",
        "if let A = a { hit(2); 1 } else { hit(1); if branch(3, b) { 2 } else { 3 } }",
    );
    check_body("if a && let A = b && c && d {}", "if branch(3, a) && let A = b && branch(5, c) && d {hit(2); } else { hit(1); }");
    check_body("'l: while let A = a { b() }", "'l: loop { if let A = a { enter(2); b() } else { hit(1); break } }");
    check_body("let A = a else { return }; b(); c()", "let A = a else { hit(1); return }; hit(2); b(); c()");
    check_body("#[cfg(x)] let A = a else { return };", "#[cfg(x)] hit(1); #[cfg(x)] let A = a else { hit(2); return }; #[cfg(x)] hit(3);");
}

#[test]
fn a_for_loop_tells_whether_it_was_entered() {
    check_body(
        "'l: for x in y { z() } a()",
        "{ let mut __gate_idle = true; 'l: for x in y { __gate_idle = false; enter(2); z() } if __gate_idle { hit(1); } } hit(3); a()",
    );
    check_body(
        "#[a] for x in y {}",
        "#[a] { let mut __gate_idle = true; for x in y {__gate_idle = false; enter(2); } if __gate_idle { hit(1); } }",
    );
    check_body("'l: loop { break 'l; }", "'l: loop { enter(1); break 'l; }");
}

#[test]
fn arms_mark_themselves() {
    check_body(
        "match a { A => b, B => { c() } C => unsafe { d() }, D => 'l: { e() } }",
        "match a { A => { hit(1); (b) }, B => { hit(2); c() } C => unsafe { hit(3); d() }, D => { hit(4); ('l: { e() }) } }",
    );
    check_body(
        "match a { A if b && c => |x| x, _ => return }",
        "match a { A if branch(2, branch(4, b) && c) => { hit(1); (|x| { enter(6); (x) }) }, _ => { hit(7); (return) } }",
    );
    check_body("match a { A { b } => b }", "match a { A { b } => b }");
    check_body(
        "match a { #[cfg(x)] A => b, #[cfg(test)] B => b, C => #[d] e }",
        "match a { #[cfg(x)] A => { hit(1); (b) }, #[cfg(test)] B => b, C => #[d] e }",
    );
    check_body(
        "match a { A => for b in c {}, _ => while let D = e {} }",
        "match a { A => { hit(1); ({ let mut __gate_idle = true; for b in c {__gate_idle = false; enter(3); } if __gate_idle { hit(2); } }) }, \
         _ => { hit(4); (loop { if let D = e {enter(6); } else { hit(5); break } }) } }",
    );
}

#[test]
fn a_question_mark_tells_whether_it_leaves() {
    check_body("a?; b()", "attempt(1, a)?; b()");
    check_body("a?.b(c?)?", "attempt(5, attempt(1, a)?.b(attempt(3, c)?))?");
    check_body("let x = a && b?; c()", "let x = branch(1, a) && attempt(3, b)?; hit(5); c()");
    check_body("x(|| a?)", "x(|| { enter(1); (attempt(2, a)?) })");
    check("const fn f() { a?; b() }", "const fn f() { enter(0); a?; hit(1); b() }");
}

#[test]
fn closures_and_async_blocks_mark_their_entry() {
    check_body("a(|x| x + 1, || { b() })", "a(|x| { enter(1); (x + 1) }, || { enter(2); b() })");
    check_body("a(|x| match x {} + 1)", "a(|x| { enter(1); (match x {} + 1) })");
    check_body("a(async move { b().await })", "a(async move { hit(1); b().await })");
    check_body("a(|x| async move { b })", "a(|x| { enter(1); (async move { hit(2); b }) })");
}

#[test]
fn what_the_compiler_evaluates_is_left_alone() {
    check_body("const A: bool = b && c;", "const A: bool = b && c;");
    check_body(
        "let a: [u8; { b && c } as usize] = [0; { b && c } as usize];",
        "let a: [u8; { b && c } as usize] = [0; { b && c } as usize];",
    );
    check_body("let a = const { b && c };", "let a = const { b && c };");
    check_body("a::<{ b && c }>(m!(b && c))", "a::<{ b && c }>(m!(b && c))");
}

#[test]
fn insertions_at_the_ends_of_other_edits_lie_outside() {
    check_body("if let A=a {return}b();c()", "if let A=a {hit(2); return} else { hit(1); }hit(3); b();c()");
    check_body(
        "for x in y{a()}b()",
        "{ let mut __gate_idle = true; for x in y{__gate_idle = false; enter(2); a()} if __gate_idle { hit(1); } }hit(3); b()",
    );
    check_body("let A=a else{return};b?;c()", "let A=a else{hit(1); return}; hit(2);attempt(3, b)?;c()");
}
