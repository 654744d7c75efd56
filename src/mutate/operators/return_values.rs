//! The values that stand in for a function of some return type: a few that most callers should be able
//! to tell from the right one. Owns the table by type; knows nothing of functions.
//!
//! Types are told by their last name, since a syntax tree cannot resolve them. A value that does not fit
//! after all is refused by the compiler, and that is no harm.

use syn::{GenericArgument, Path, PathArguments, PathSegment, ReturnType, Type, TypeImplTrait, TypeParamBound, TypeReference};

use crate::syntax::pretty;

/// The values for a return type, none for types that have none.
pub(super) fn of(output: &ReturnType) -> Vec<String> {
    match output {
        ReturnType::Default => vec!["()".to_owned()],
        ReturnType::Type(_, ty) => of_type(ty),
    }
}

/// Names that stand for themselves alone, `u8` but not `a::u8` or `u8<T>`.
const BY_WHOLE_PATH: [(&[&str], &[&str]); 6] = [
    (&["bool"], &["true", "false"]),
    (&["String"], &["String::new()", "\"xyzzy\".into()"]),
    (&["str"], STRS),
    (&["u8", "u16", "u32", "u64", "u128", "usize"], &["0", "1"]),
    (&["i8", "i16", "i32", "i64", "i128", "isize"], &["0", "1", "-1"]),
    (&["f32", "f64"], &["0.0", "1.0", "-1.0"]),
];

/// Names of whatever module.
const BY_LAST_NAME: [(&[&str], &[&str]); 3] = [
    (&["NonZeroU8", "NonZeroU16", "NonZeroU32", "NonZeroU64", "NonZeroU128", "NonZeroUsize"], POSITIVE),
    (&["NonZeroI8", "NonZeroI16", "NonZeroI32", "NonZeroI64", "NonZeroI128", "NonZeroIsize"], NON_ZERO),
    (&["HttpResponse"], &["HttpResponse::Ok().finish()"]),
];

const STRS: &[&str] = &["\"\"", "\"xyzzy\""];
const POSITIVE: &[&str] = &["1.try_into().unwrap()"];
const NON_ZERO: &[&str] = &["1.try_into().unwrap()", "(-1).try_into().unwrap()"];

fn of_type(ty: &Type) -> Vec<String> {
    match ty {
        Type::Path(path) => of_path(&path.path),
        Type::Array(array) => {
            let len = pretty(&array.len);
            each(&array.elem, |value| format!("[{value}; {len}]"))
        }
        Type::Slice(slice) => leaked_slices(&slice.elem),
        Type::Reference(reference) => of_reference(reference),
        Type::Tuple(tuple) => tuples(tuple.elems.iter()),
        Type::ImplTrait(bounds) => item_of_iterator(bounds).map_or_else(Vec::new, iterators),
        Type::Never(_) => Vec::new(),
        _ => default(),
    }
}

fn of_path(path: &Path) -> Vec<String> {
    let Some(last) = path.segments.last() else { return default() };
    let whole = BY_WHOLE_PATH.iter().find(|(names, _)| names.iter().any(|name| path.is_ident(name)));
    let listed = whole.or_else(|| BY_LAST_NAME.iter().find(|(names, _)| names.iter().any(|name| last.ident == name)));
    match listed {
        Some((_, values)) => strings(values),
        None => of_generic(last).unwrap_or_else(default),
    }
}

/// The values of a type with type arguments; of one whose name is unknown when it has just one.
fn of_generic(last: &PathSegment) -> Option<Vec<String>> {
    let name = last.ident.to_string();
    let known = match name.as_str() {
        "Result" => {
            Some(first_type(last).map_or_else(|| vec!["Ok(Default::default())".to_owned()], |ty| each(ty, |value| format!("Ok({value})"))))
        }
        "Option" => first_type(last).map(|ty| and_each("None", ty, |value| format!("Some({value})"))),
        "Vec" => first_type(last).map(|ty| and_each("vec![]", ty, |value| format!("vec![{value}]"))),
        "NonZero" => first_type(last).map(non_zeros),
        "Cow" => first_type(last).map(cows),
        "Box" | "Cell" | "RefCell" | "Arc" | "Rc" | "Mutex" => only_type(last).map(|ty| each(ty, |value| format!("{name}::new({value})"))),
        "BinaryHeap" | "BTreeSet" | "HashSet" | "LinkedList" | "VecDeque" => {
            only_type(last).map(|ty| and_each(&format!("{name}::new()"), ty, |value| format!("{name}::from_iter([{value}])")))
        }
        "BTreeMap" | "HashMap" => two_types(last).map(|(key, value)| maps(&name, key, value)),
        _ => None,
    };
    known.or_else(|| single_type(last).map(|ty| wrappers(&name, ty)))
}

fn of_reference(reference: &TypeReference) -> Vec<String> {
    match &*reference.elem {
        Type::Path(path) if path.path.is_ident("str") && reference.mutability.is_none() => strings(STRS),
        Type::Slice(slice) => leaked_slices(&slice.elem),
        other => each(other, |value| format!("Box::leak(Box::new({value}))")),
    }
}

fn default() -> Vec<String> {
    vec!["Default::default()".to_owned()]
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.to_owned()).collect()
}

/// The values of `ty`, each in its wrapping.
fn each(ty: &Type, wrap: impl Fn(String) -> String) -> Vec<String> {
    of_type(ty).into_iter().map(wrap).collect()
}

/// One value without content, then each of `ty` in its wrapping.
fn and_each(empty: &str, ty: &Type, wrap: impl Fn(String) -> String) -> Vec<String> {
    std::iter::once(empty.to_owned()).chain(of_type(ty).into_iter().map(wrap)).collect()
}

fn leaked_slices(elem: &Type) -> Vec<String> {
    and_each("Vec::leak(Vec::new())", elem, |value| format!("Vec::leak(vec![{value}])"))
}

fn iterators(item: &Type) -> Vec<String> {
    and_each("::std::iter::empty()", item, |value| format!("::std::iter::once({value})"))
}

fn non_zeros(ty: &Type) -> Vec<String> {
    let is_unsigned = matches!(ty, Type::Path(path) if BY_WHOLE_PATH[3].0.iter().any(|name| path.path.is_ident(name)));
    strings(if is_unsigned { POSITIVE } else { NON_ZERO })
}

fn cows(borrowed: &Type) -> Vec<String> {
    of_type(borrowed).iter().flat_map(|value| [format!("Cow::Borrowed({value})"), format!("Cow::Owned({value}.to_owned())")]).collect()
}

fn maps(name: &str, key: &Type, value: &Type) -> Vec<String> {
    let (keys, values) = (of_type(key), of_type(value));
    let pairs = keys.iter().flat_map(|key| values.iter().map(move |value| format!("{name}::from_iter([({key}, {value})])")));
    std::iter::once(format!("{name}::new()")).chain(pairs).collect()
}

/// For `T<A>` of which nothing is known: the ways in which most such types are made of an `A`.
fn wrappers(name: &str, ty: &Type) -> Vec<String> {
    let made = of_type(ty)
        .into_iter()
        .flat_map(|value| [format!("{name}::from_iter([{value}])"), format!("{name}::new({value})"), format!("{name}::from({value})")]);
    std::iter::once(format!("{name}::new()")).chain(made).collect()
}

/// Every combination of the values of the elements, the last element varying fastest.
fn tuples<'ast>(elems: impl Iterator<Item = &'ast Type>) -> Vec<String> {
    let mut rows: Vec<Vec<String>> = vec![Vec::new()];
    for values in elems.map(of_type) {
        rows = rows.iter().flat_map(|row| values.iter().map(|value| [row.as_slice(), std::slice::from_ref(value)].concat())).collect();
    }
    rows.iter().map(|row| format!("({})", row.join(", "))).collect()
}

/// The `T` of `impl Iterator<Item = T>`.
fn item_of_iterator(bounds: &TypeImplTrait) -> Option<&Type> {
    bounds.bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let last = bound.path.segments.last().filter(|last| last.ident == "Iterator")?;
        match arguments(last).next() {
            Some(GenericArgument::AssocType(item)) if item.ident == "Item" => Some(&item.ty),
            _ => None,
        }
    })
}

fn arguments(segment: &PathSegment) -> impl Iterator<Item = &GenericArgument> {
    let args = if let PathArguments::AngleBracketed(angle) = &segment.arguments { Some(&angle.args) } else { None };
    args.into_iter().flatten()
}

/// The type that comes first, lifetimes aside.
fn first_type(segment: &PathSegment) -> Option<&Type> {
    let first = arguments(segment).find(|argument| !matches!(argument, GenericArgument::Lifetime(_)));
    if let Some(GenericArgument::Type(ty)) = first { Some(ty) } else { None }
}

/// The only argument, when it is a type.
fn only_type(segment: &PathSegment) -> Option<&Type> {
    let mut arguments = arguments(segment);
    match (arguments.next(), arguments.next()) {
        (Some(GenericArgument::Type(ty)), None) => Some(ty),
        _ => None,
    }
}

/// The only two arguments, when both are types.
fn two_types(segment: &PathSegment) -> Option<(&Type, &Type)> {
    let mut arguments = arguments(segment);
    match (arguments.next(), arguments.next(), arguments.next()) {
        (Some(GenericArgument::Type(first)), Some(GenericArgument::Type(second)), None) => Some((first, second)),
        _ => None,
    }
}

/// The only type among the arguments, whatever else is among them.
fn single_type(segment: &PathSegment) -> Option<&Type> {
    let mut types = arguments(segment).filter_map(|argument| if let GenericArgument::Type(ty) = argument { Some(ty) } else { None });
    match (types.next(), types.next()) {
        (Some(ty), None) => Some(ty),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, expect: &[&str]) {
        assert_eq!(of(&syn::parse_str(output).unwrap()), expect, "{output}");
    }

    #[test]
    fn plain_types() {
        check("", &["()"]);
        check("-> ()", &["()"]);
        check("-> !", &[]);
        check("-> bool", &["true", "false"]);
        check("-> usize", &["0", "1"]);
        check("-> i64", &["0", "1", "-1"]);
        check("-> f32", &["0.0", "1.0", "-1.0"]);
        check("-> String", &["String::new()", "\"xyzzy\".into()"]);
        check("-> &'static str", &["\"\"", "\"xyzzy\""]);
        check("-> std::string::String", &["Default::default()"]);
        check("-> Self", &["Default::default()"]);
        check("-> <A as B>::C", &["Default::default()"]);
        check("-> Box<dyn A>", &["Box::new(Default::default())"]);
        check("-> *const u8", &["Default::default()"]);
        check("-> fn(u8) -> u8", &["Default::default()"]);
        check("-> (u8)", &["Default::default()"]);
    }

    #[test]
    fn numbers_that_are_not_zero() {
        check("-> std::num::NonZeroU8", &["1.try_into().unwrap()"]);
        check("-> NonZeroIsize", &["1.try_into().unwrap()", "(-1).try_into().unwrap()"]);
        check("-> NonZero<u32>", &["1.try_into().unwrap()"]);
        check("-> core::num::NonZero<T>", &["1.try_into().unwrap()", "(-1).try_into().unwrap()"]);
    }

    #[test]
    fn results_and_options() {
        check("-> Result<bool, E>", &["Ok(true)", "Ok(false)"]);
        check("-> fmt::Result", &["Ok(Default::default())"]);
        check("-> io::Result<Option<()>>", &["Ok(None)", "Ok(Some(()))"]);
        check("-> Option<&'a str>", &["None", "Some(\"\")", "Some(\"xyzzy\")"]);
        check("-> Option", &["Default::default()"]);
        check("-> HttpResponse<B>", &["HttpResponse::Ok().finish()"]);
    }

    #[test]
    fn collections() {
        check("-> Vec<bool, A>", &["vec![]", "vec![true]", "vec![false]"]);
        check("-> std::collections::HashSet<()>", &["HashSet::new()", "HashSet::from_iter([()])"]);
        check("-> HashSet<A, B>", &["Default::default()"]);
        check(
            "-> HashMap<String, ()>",
            &["HashMap::new()", "HashMap::from_iter([(String::new(), ())])", "HashMap::from_iter([(\"xyzzy\".into(), ())])"],
        );
        check("-> HashMap<A, B, C>", &["Default::default()"]);
        check("-> [u8; A::N]", &["[0; A::N]", "[1; A::N]"]);
        check("-> &[()]", &["Vec::leak(Vec::new())", "Vec::leak(vec![()])"]);
        check("-> &mut [()]", &["Vec::leak(Vec::new())", "Vec::leak(vec![()])"]);
    }

    #[test]
    fn wrappings() {
        check("-> Arc<Mutex<()>>", &["Arc::new(Mutex::new(()))"]);
        check(
            "-> Cow<'a, str>",
            &["Cow::Borrowed(\"\")", "Cow::Owned(\"\".to_owned())", "Cow::Borrowed(\"xyzzy\")", "Cow::Owned(\"xyzzy\".to_owned())"],
        );
        check("-> &mut ()", &["Box::leak(Box::new(()))"]);
        check("-> &mut str", &["Box::leak(Box::new(\"\"))", "Box::leak(Box::new(\"xyzzy\"))"]);
        check("-> Iter<'a, 3, ()>", &["Iter::new()", "Iter::from_iter([()])", "Iter::new(())", "Iter::from(())"]);
        check("-> A<B, C>", &["Default::default()"]);
        check("-> A<'a>", &["Default::default()"]);
    }

    #[test]
    fn tuples_combine_the_values_of_their_elements() {
        check("-> (bool, u8)", &["(true, 0)", "(true, 1)", "(false, 0)", "(false, 1)"]);
        check("-> (bool,)", &["(true)", "(false)"]);
        check("-> (bool, !)", &[]);
    }

    #[test]
    fn iterators_are_empty_or_hold_one_value() {
        check("-> impl Iterator<Item = u8> + 'a", &["::std::iter::empty()", "::std::iter::once(0)", "::std::iter::once(1)"]);
        check("-> impl Iterator", &[]);
        check("-> impl Fn() -> u8", &[]);
    }
}
