//! Who owns each line: `//=` behind a line names the probes that own code on it, none where the line is not
//! coverable. Written by hand.

use super::plan;

fn check(source: &str) {
    let plan = plan(source);
    for (line, text) in (1u32..).zip(source.lines()) {
        let truth = text.split("//=").nth(1).unwrap_or_default();
        let owners: Vec<String> = plan.lines.iter().filter(|(at, _)| *at == line).map(|(_, probe)| probe.to_string()).collect();
        assert_eq!(owners.join(" "), truth.trim(), "line {line} of\n{source}");
    }
}

#[test]
fn a_generic_function_with_a_long_signature_and_an_empty_one() {
    check(
        "
/// Documented.
#[inline]
pub fn first<T>( //= 0
    list: &[T],
    or: T,
) -> T
where
    T: Clone,
{
    // A comment.
    list.first() //= 0
        .cloned() //= 0
        .unwrap_or( //= 0
            or //= 0
        )
} //= 0
fn empty() {} //= 1
",
    );
}

#[test]
fn early_exits_begin_new_groups() {
    check(
        "
fn f(x: u32) -> u32 { //= 0
    let y = x; //= 0
    if y == 1 { //= 0
        return 1; //= 2
    } else {
        g(); //= 1
    } //= 1
    g( //= 3
        y, //= 3
    );
    loop { //= 3
        if y == 2 { //= 4
            break; //= 6
        } //= 5
        g(); //= 7
    } //= 7
    y //= 8
} //= 0 8
",
    );
}

#[test]
fn an_attempt_owns_what_comes_behind_it() {
    check(
        "
fn f() -> Option<u32> { //= 0
    let a = g() //= 0
        .b()? //= 0
        .c(1)? //= 2
        .d( //= 4
            2, //= 4
        )?;
    h(a); //= 6
    if a { //= 6
        h(a)?; //= 8
    } //= 7 10
    Some(a) //= 11
} //= 0 11
const fn k() -> Option<u32> { //= 12
    g()?; //= 12
    h() //= 13
} //= 12 13
",
    );
}

#[test]
fn closures_and_async_blocks_own_their_lines() {
    check(
        "
async fn f() { //= 0
    let a = list //= 0
        .map(|x| x + 1) //= 0 1
        .filter(|x| { //= 0
            g(x)?; //= 2
            h() //= 4
        }); //= 2 4
    b(async move { //= 0
        c() //= 5
    }); //= 5
    d().await; //= 0
} //= 0
",
    );
}

#[test]
fn arms_own_their_patterns_and_guards_are_owned_by_both_outcomes() {
    check(
        "
fn f(x: u32) -> u32 { //= 0
    match x { //= 0
        1 => 2, //= 1
        2 | //= 2
        3 => { //= 2
            g() //= 2
        }
        y if y > 5 //= 3 4 5
            && y < 7 => //= 3 7
        {
            8 //= 3
        }
        #[allow(x)]
        _ => panic!( //= 8
            \"no\" //= 8
        ),
    }
} //= 0
fn single(x: X) -> u32 { //= 9
    match x { //= 9
        X(y) => y, //= 9
    }
} //= 9
",
    );
}

#[test]
fn let_else_and_chains_with_let() {
    check(
        "
fn f() { //= 0
    let Some(a) = b //= 0
    else {
        return; //= 1
    };
    if let Some(c) = a //= 2
        && c > 1 //= 5 6
        && d //= 6
    {
        e(); //= 4
    } else if let Some(x) = y { //= 3
        z(); //= 8
    } //= 7 8
    while let Some(x) = y { //= 2
        z(); //= 10
    } //= 10
} //= 0
",
    );
}

#[test]
fn loops_with_labels() {
    check(
        "
fn f() { //= 0
    'outer: //= 0
    for x in y { //= 0
        for z in x { //= 2
            if z { //= 4
                continue 'outer; //= 6
            } //= 5
            g(); //= 7
        } //= 7
        h(); //= 8
    } //= 8
    while a() //= 9
        && b() //= 13
    {
        c(); //= 11
    } //= 11
} //= 0
",
    );
}

#[test]
fn code_under_a_cfg_has_probes_of_its_own() {
    let source = "
fn f() -> u32 { //= 0
    a(); //= 0
    #[cfg(unix)]
    b(); //= 1
    c(S { //= 0
        #[cfg(unix)]
        d: e(),
        f: g(), //= 0
    });
    #[cfg(unix)]
    { //=
        h() //= 2
    }
    #[cfg(not(unix))]
    {
        i() //= 3
    }
    #[cfg(test)]
    j();
} //= 0
#[cfg(windows)]
impl T for S {
    fn k() { //= 4
        #[cfg(a)]
        l() //= 5
    } //= 4
}
";
    check(source);
    let plan = plan(source);
    let cfgs: Vec<String> = plan.probes.iter().map(|probe| probe.cfg.iter().collect::<Vec<_>>().join(" in ")).collect();
    assert_eq!(cfgs, ["", "unix", "unix", "not (unix)", "windows", "a in windows"]);
}

#[test]
fn items_macros_and_literals() {
    check(
        "
fn f() { //= 0
    use x::y;
    const A: u32 = 1;
    fn inner() { //= 2
        g() //= 2
    } //= 2
    println!( //= 0
        \"{}\", //= 0
        x, //= 0
    );
    assert!( //= 0
        x > 1, //= 0
        \"never: {}\",
        y(),
    );
    let text = \"a //= 1
        b //= 1
        c\"; //= 1
    let z = const { //= 1
        1
    };
    z //= 1
} //= 1
trait T {
    fn required();
    fn provided() { //= 3
        h() //= 3
    } //= 3
}
",
    );
}
