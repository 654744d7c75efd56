//! What each format looks like. That readers understand it is tested with the command.

use super::*;
use crate::report::sample;

fn written(write: fn(&Scores, &mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&sample::failing().scores, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn lcov_has_functions_branches_and_lines() {
    insta::assert_snapshot!(written(lcov), @r"
    TN:cargo_gate
    SF:src/price.rs
    FN:2,discount
    FNDA:1,discount
    FNF:1
    FNH:1
    BRDA:3,0,0,0
    BRDA:3,0,1,1
    BRF:2
    BRH:1
    DA:3,1
    DA:4,0
    DA:6,1
    LF:3
    LH:2
    end_of_record
    ");
}

/// Checked by hand with LCOV 1.16, which takes two names that differ behind a comma for one.
#[test]
fn no_name_is_cut_at_a_comma_and_none_stands_twice() {
    let mut run = sample::failing();
    let file = &mut run.scores.files[0];
    let named = |name: &str, score: &FunctionScore, start: u32| {
        let function = crate::measure::Function { name: name.to_owned(), ..score.function.clone() };
        let span = crate::syntax::Span::new(start, function.span.end);
        let function = crate::measure::Function { span, ..function };
        FunctionScore { function, coverage: score.coverage, uncovered: Vec::new(), inactive: false }
    };
    file.functions =
        ["P<A, B>::f", "P<A, C>::f", "g", "g"].iter().zip([0, 30, 80, 120]).map(|(name, at)| named(name, &file.functions[0], at)).collect();
    file.coverage.as_mut().unwrap().functions = [(0, true), (30, false), (80, true), (120, false)].into();
    let mut out = Vec::new();
    lcov(&run.scores, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let told: Vec<&str> = text.lines().filter(|line| line.starts_with("FNDA:")).collect();
    assert_eq!(told, ["FNDA:1,P<A; B>::f", "FNDA:0,P<A; C>::f", "FNDA:1,g (line 3)", "FNDA:0,g (line 4)"]);
}

#[test]
fn cobertura_has_methods_conditions_and_lines() {
    insta::assert_snapshot!(written(cobertura), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
    <coverage line-rate="0.6666" branch-rate="0.5000" complexity="3.0000" lines-covered="2" lines-valid="3" branches-covered="1" branches-valid="2" version="cargo-gate 0.1.0" timestamp="0">
     <sources>
      <source>.</source>
     </sources>
     <packages>
      <package name="src" line-rate="0.6666" branch-rate="0.5000" complexity="3.0000">
       <classes>
        <class name="price" filename="src/price.rs" line-rate="0.6666" branch-rate="0.5000" complexity="3.0000">
         <methods>
          <method name="discount" signature="" line-rate="0.7500" branch-rate="0.0000" complexity="3.0000">
           <lines>
            <line number="2" hits="1"/>
           </lines>
          </method>
         </methods>
         <lines>
          <line number="3" hits="1" branch="true" condition-coverage="50% (1/2)">
           <conditions>
            <condition number="0" type="jump" coverage="50%"/>
           </conditions>
          </line>
          <line number="4" hits="0" branch="false"/>
          <line number="6" hits="1" branch="false"/>
         </lines>
        </class>
       </classes>
      </package>
     </packages>
    </coverage>
    "#);
}

#[test]
fn the_export_has_segments_branches_regions_and_totals() {
    let document: serde_json::Value = serde_json::from_str(&written(llvm_cov_json)).unwrap();
    insta::assert_snapshot!(serde_json::to_string(&document["data"][0]["files"][0]).unwrap(), @r#"
    {"branches":[[3,5,3,6,1,0,0,0,4]],"expansions":[],"filename":"src/price.rs","segments":[[3,5,1,true,true,false],[3,23,0,false,false,false],[4,9,0,true,true,false],[4,31,0,false,false,false],[6,5,1,true,true,false],[6,10,0,false,false,false]],"summary":{"branches":{"count":2,"covered":1,"percent":50.0},"functions":{"count":1,"covered":1,"percent":100.0},"instantiations":{"count":1,"covered":1,"percent":100.0},"lines":{"count":3,"covered":2,"percent":66.66},"regions":{"count":3,"covered":2,"percent":66.66}}}
    "#);
    insta::assert_snapshot!(serde_json::to_string(&document["data"][0]["functions"]).unwrap(), @r#"
    [{"branches":[],"count":1,"filenames":["src/price.rs"],"name":"discount","regions":[[2,1,2,52,1,0,0,0],[3,5,3,23,1,0,0,0],[4,9,4,31,0,0,0,0],[6,5,6,10,1,0,0,0]]}]
    "#);
    insta::assert_snapshot!(serde_json::to_string(&document["data"][0]["totals"]).unwrap(), @r#"
    {"branches":{"count":2,"covered":1,"percent":50.0},"functions":{"count":1,"covered":1,"percent":100.0},"instantiations":{"count":1,"covered":1,"percent":100.0},"lines":{"count":3,"covered":2,"percent":66.66},"regions":{"count":3,"covered":2,"percent":66.66}}
    "#);
    assert_eq!((&document["type"], &document["version"]), (&"llvm.coverage.json.export".into(), &"2.0.1".into()));
}

#[test]
fn nothing_measured_writes_no_section() {
    let mut out = Vec::new();
    lcov(&sample::nothing_measured().scores, &mut out).unwrap();
    assert_eq!(out, b"");
}
