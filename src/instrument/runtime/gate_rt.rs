//! The crate that instrumented code calls. It is compiled by the wrapper with the user's own toolchain,
//! never by the user's build, and may therefore use what const functions need (`const_eval_select`).
//! Allocates nothing, prints nothing, spawns nothing; without a table it does nothing at all.
//!
//! The table is a file mapped shared, named in the environment: marks survive abort, exit and SIGKILL,
//! and child processes mark the same one. Its layout is told in `src/run/table.rs`.
#![no_std]
#![allow(internal_features)]
#![feature(core_intrinsics, const_eval_select, try_trait_v2)]

use core::cell::UnsafeCell;
use core::intrinsics::const_eval_select;
use core::iter::FusedIterator;
use core::mem::{forget, MaybeUninit};
use core::ops::{ControlFlow, Try};
use core::option;
use core::sync::atomic::{AtomicU8, Ordering};

/// Marks that `slot` was reached.
#[inline(never)]
pub const fn hit(slot: u32) {
    const fn constant(_: u32) {}
    const_eval_select((slot,), constant, table::mark)
}

/// Marks `slot` and counts one step against the budget: at the start of functions, closures, loop bodies.
#[inline(never)]
pub const fn enter(slot: u32) {
    const fn constant(_: u32) {}
    const_eval_select((slot,), constant, table::mark_and_step)
}

/// Marks `slot` when `value` is false, `slot + 1` when it is true, and gives it back.
#[inline(never)]
pub const fn branch(slot: u32, value: bool) -> bool {
    hit(slot + value as u32);
    value
}

/// Marks `slot` when `value` would leave the function by `?`, `slot + 1` when it would go on.
#[inline]
pub fn attempt<T: Try>(slot: u32, value: T) -> T {
    match value.branch() {
        ControlFlow::Continue(output) => {
            hit(slot + 1);
            T::from_output(output)
        }
        ControlFlow::Break(residual) => {
            hit(slot);
            T::from_residual(residual)
        }
    }
}

/// 0 for the original code, k for the k-th of the `n` mutants that start at slot `base`. Marks `base`.
#[inline(never)]
pub const fn select(base: u32, n: u32) -> u32 {
    const fn constant(_: u32, _: u32) -> u32 {
        0
    }
    const_eval_select((base, n), constant, table::select)
}

/// A value of the type that is wanted there. Stands where nobody comes.
pub const fn never<T>() -> T {
    loop {}
}

/// Counts one step against the budget.
#[inline(never)]
pub const fn step() {
    const fn constant() {}
    const_eval_select((), constant, table::step)
}

/// A constant's value, computed once more by the program.
pub struct Computed<T: 'static> {
    slot: u32,
    compute: fn() -> T,
    state: AtomicU8,
    value: UnsafeCell<MaybeUninit<T>>,
}

// The value is written once, by the one that moves the state from EMPTY, and read behind DONE. Whoever may share the
// constant may share it.
unsafe impl<T> Sync for Computed<T> {}

const EMPTY: u8 = 0;
const COMPUTING: u8 = 1;
const DONE: u8 = 2;

impl<T> Computed<T> {
    /// One that marks `slot` when it was computed.
    pub const fn new(slot: u32, compute: fn() -> T) -> Self {
        Computed { slot, compute, state: AtomicU8::new(EMPTY), value: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// The constant while no mutant is active, else what its value is computed to. It is computed in both cases, so that
    /// what this runs is marked.
    pub fn of(&'static self, constant: &'static T) -> &'static T {
        if self.state.load(Ordering::Acquire) != DONE {
            if !table::is_attached() {
                return constant;
            }
            self.fill();
        }
        if table::is_original() {
            return constant;
        }
        unsafe { (*self.value.get()).assume_init_ref() }
    }

    #[cold]
    fn fill(&self) {
        if self.state.compare_exchange(EMPTY, COMPUTING, Ordering::Acquire, Ordering::Acquire).is_err() {
            while self.state.load(Ordering::Acquire) != DONE {
                table::wait();
            }
            return;
        }
        table::enter_constant();
        let panics = Panics;
        let value = (self.compute)();
        forget(panics);
        table::leave_constant();
        table::mark(self.slot);
        unsafe { self.value.get().write(MaybeUninit::new(value)) };
        self.state.store(DONE, Ordering::Release);
    }
}

/// The compiler would refuse a constant whose computation panics: there is no program that goes on.
struct Panics;

impl Drop for Panics {
    fn drop(&mut self) {
        table::end()
    }
}

/// One of two iterators over the same items, for a switch whose alternative is of another type.
pub enum Either<A, B> {
    /// The original.
    Left(A),
    /// The alternative.
    Right(B),
}

impl<A: Iterator, B: Iterator<Item = A::Item>> Iterator for Either<A, B> {
    type Item = A::Item;

    #[inline]
    fn next(&mut self) -> Option<A::Item> {
        match self {
            Either::Left(one) => one.next(),
            Either::Right(other) => other.next(),
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Either::Left(one) => one.size_hint(),
            Either::Right(other) => other.size_hint(),
        }
    }

    // What iterators have of their own is what the program calls and the tests cover.
    #[inline]
    fn nth(&mut self, n: usize) -> Option<A::Item> {
        match self {
            Either::Left(one) => one.nth(n),
            Either::Right(other) => other.nth(n),
        }
    }

    #[inline]
    fn count(self) -> usize {
        match self {
            Either::Left(one) => one.count(),
            Either::Right(other) => other.count(),
        }
    }

    #[inline]
    fn last(self) -> Option<A::Item> {
        match self {
            Either::Left(one) => one.last(),
            Either::Right(other) => other.last(),
        }
    }

    #[inline]
    fn fold<T, F: FnMut(T, A::Item) -> T>(self, first: T, f: F) -> T {
        match self {
            Either::Left(one) => one.fold(first, f),
            Either::Right(other) => other.fold(first, f),
        }
    }
}

impl<A: DoubleEndedIterator, B: DoubleEndedIterator<Item = A::Item>> DoubleEndedIterator for Either<A, B> {
    #[inline]
    fn next_back(&mut self) -> Option<A::Item> {
        match self {
            Either::Left(one) => one.next_back(),
            Either::Right(other) => other.next_back(),
        }
    }

    #[inline]
    fn nth_back(&mut self, n: usize) -> Option<A::Item> {
        match self {
            Either::Left(one) => one.nth_back(n),
            Either::Right(other) => other.nth_back(n),
        }
    }

    #[inline]
    fn rfold<T, F: FnMut(T, A::Item) -> T>(self, first: T, f: F) -> T {
        match self {
            Either::Left(one) => one.rfold(first, f),
            Either::Right(other) => other.rfold(first, f),
        }
    }
}

impl<A: ExactSizeIterator, B: ExactSizeIterator<Item = A::Item>> ExactSizeIterator for Either<A, B> {
    #[inline]
    fn len(&self) -> usize {
        match self {
            Either::Left(one) => one.len(),
            Either::Right(other) => other.len(),
        }
    }
}

impl<A: FusedIterator, B: FusedIterator<Item = A::Item>> FusedIterator for Either<A, B> {}

impl<A: Clone, B: Clone> Clone for Either<A, B> {
    fn clone(&self) -> Self {
        match self {
            Either::Left(one) => Either::Left(one.clone()),
            Either::Right(other) => Either::Right(other.clone()),
        }
    }
}

/// The alternative to an iterator: at most one item. Alternatives are of one type whatever they are written as, and one
/// that has other items than the original is refused here and not where the function says what it gives.
pub fn one_of<A: Iterator, I: Iterator<Item = A::Item>>(mut items: I) -> Either<A, option::IntoIter<A::Item>> {
    Either::Right(items.next().into_iter())
}

/// The alternative without any item.
pub fn none<A: Iterator>() -> Either<A, option::IntoIter<A::Item>> {
    Either::Right(None.into_iter())
}

/// What [`hit`] and the others do while the program runs, to be called from optimized code directly: see `inline.rs`.
#[cfg(unix)]
pub mod table {
    use core::ffi::{c_char, c_int, c_void};
    use core::ptr::null_mut;
    use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering::Relaxed};

    const VARIABLE: &[u8] = b"CARGO_GATE_TABLE\0";
    const MAGIC: u32 = 0x6761_7465;
    const HEADER: usize = 72;

    /// The head of the table; marks follow at byte 72, one byte a slot.
    #[repr(C)]
    struct Head {
        magic: u32,
        slots: u32,
        active: u32,
        activated: u32,
        exhausted: u32,
        exit_code: i32,
        budget: u64,
        steps: u64,
        data_limit: u64,
        file_limit: u64,
        in_constants: AtomicU32,
        data: u64,
    }

    /// All that is looked at again and again lies together: one address leads to it.
    struct State {
        head: AtomicPtr<Head>,
        slots: AtomicU32,
        active: AtomicU32,
        in_constants: AtomicU32,
    }

    static STATE: State = State {
        head: AtomicPtr::new(null_mut()),
        slots: AtomicU32::new(0),
        active: AtomicU32::new(0),
        in_constants: AtomicU32::new(0),
    };
    static DATA_AT_START: AtomicU32 = AtomicU32::new(0);
    static STEPS_IN_CONSTANTS: AtomicU32 = AtomicU32::new(0);

    /// The compiler refuses what takes more than two million calls and rounds of loops, which are counted otherwise.
    const MOST_STEPS_IN_CONSTANTS: u32 = 4_000_000;

    extern "C" {
        fn getenv(name: *const c_char) -> *const c_char;
        fn open(path: *const c_char, flags: c_int, ...) -> c_int;
        fn close(file: c_int) -> c_int;
        fn mmap(at: *mut c_void, len: usize, protection: c_int, flags: c_int, file: c_int, offset: i64) -> *mut c_void;
        fn munmap(at: *mut c_void, len: usize) -> c_int;
        fn setrlimit(resource: c_int, limit: *const [u64; 2]) -> c_int;
        fn _exit(code: c_int) -> !;
        fn sched_yield() -> c_int;
    }

    #[used]
    #[cfg_attr(target_vendor = "apple", link_section = "__DATA,__mod_init_func")]
    #[cfg_attr(not(target_vendor = "apple"), link_section = ".init_array")]
    static INIT: unsafe extern "C" fn(c_int, *mut *mut c_char) = init;

    const READ_WRITE: c_int = 2;
    const SHARED: c_int = 1;
    const LIMIT_FILE_SIZE: c_int = 1;
    const LIMIT_DATA: c_int = 2;

    unsafe fn map(file: c_int, len: usize) -> *mut Head {
        let at = mmap(null_mut(), len, 1 | 2, SHARED, file, 0);
        if at as isize == -1 { null_mut() } else { at.cast() }
    }

    /// Only the GNU library says what `main` will be called with.
    unsafe extern "C" fn init(argc: c_int, argv: *mut *mut c_char) {
        let path = getenv(VARIABLE.as_ptr().cast());
        if path.is_null() {
            return;
        }
        let file = open(path, READ_WRITE);
        if file < 0 {
            return;
        }
        let head = map(file, HEADER);
        if !head.is_null() && (*head).magic == MAGIC {
            let slots = (*head).slots;
            munmap(head.cast(), HEADER);
            attach(map(file, HEADER + slots as usize), slots);
        }
        close(file);
        let head = STATE.head.load(Relaxed);
        if !head.is_null() {
            DATA_AT_START.store(data::most(), Relaxed);
            super::starter::serve(argc, argv);
            // A limit can never be raised again: one who starts others has none of theirs.
            limit(LIMIT_DATA, (*head).data_limit);
            limit(LIMIT_FILE_SIZE, (*head).file_limit);
            STATE.active.store((*head).active, Relaxed);
        }
    }

    unsafe fn attach(head: *mut Head, slots: u32) {
        if !head.is_null() {
            STATE.slots.store(slots, Relaxed);
            STATE.head.store(head, Relaxed);
        }
    }

    #[used]
    #[cfg(target_os = "linux")]
    #[link_section = ".fini_array"]
    static FINI: unsafe extern "C" fn() = fini;

    /// Note of the original how much memory it had for itself: of its mutants none needs many times as much.
    #[cfg(target_os = "linux")]
    unsafe extern "C" fn fini() {
        let head = STATE.head.load(Relaxed);
        if !head.is_null() && is_original() {
            let grown = data::most().saturating_sub(DATA_AT_START.load(Relaxed)) as u64;
            (*head).data = (*head).data.max(grown << 10);
        }
    }

    #[cfg(not(target_os = "linux"))]
    mod data {
        pub(super) unsafe fn most() -> u32 {
            0
        }
    }

    /// Memory of a process's own, which is what `LIMIT_DATA` limits.
    #[cfg(target_os = "linux")]
    mod data {
        use core::ffi::{c_char, c_int, c_void};

        extern "C" {
            fn open(path: *const c_char, flags: c_int, ...) -> c_int;
            fn read(file: c_int, to: *mut c_void, length: usize) -> isize;
            fn close(file: c_int) -> c_int;
        }

        /// The most that this process had so far, in KiB; 0 where the system does not say. It tells what there is now, and
        /// how much more of all kinds there was.
        pub(super) unsafe fn most() -> u32 {
            let mut text = [0_u8; 2048];
            let file = open(b"/proc/self/status\0".as_ptr().cast(), 0);
            let length = read(file, text.as_mut_ptr().cast(), text.len());
            close(file);
            let text = &text[..length.max(0) as usize];
            value(text, b"VmData:") + value(text, b"VmPeak:").saturating_sub(value(text, b"VmSize:"))
        }

        /// The number behind a name.
        fn value(text: &[u8], name: &[u8]) -> u32 {
            let at = text.windows(name.len()).position(|word| word == name).map_or(text.len(), |at| at + name.len());
            let digits = text[at..].iter().skip_while(|byte| byte.is_ascii_whitespace()).take_while(|byte| byte.is_ascii_digit());
            digits.fold(0, |number: u32, digit| number.saturating_mul(10).saturating_add((digit - b'0') as u32))
        }
    }

    unsafe fn limit(resource: c_int, bytes: u64) {
        if bytes > 0 {
            setrlimit(resource, &[bytes, bytes]);
        }
    }

    #[inline(always)]
    pub fn mark(slot: u32) {
        let head = STATE.head.load(Relaxed);
        if slot < STATE.slots.load(Relaxed) {
            // In bounds: the number is set only for a table of that many slots, and never changes after.
            unsafe { head.cast::<u8>().add(HEADER + slot as usize).write_volatile(1) };
        }
    }

    #[inline(always)]
    pub fn mark_and_step(slot: u32) {
        mark(slot);
        step();
    }

    #[inline(always)]
    pub fn step() {
        let head = STATE.head.load(Relaxed);
        if !head.is_null() {
            if STATE.in_constants.load(Relaxed) != 0 {
                return step_in_constant(head);
            }
            // Threads may lose steps of each other: the count is a budget, not a result.
            unsafe {
                let steps = (*head).steps + 1;
                (&raw mut (*head).steps).write_volatile(steps);
                if steps > (*head).budget {
                    exhausted(head);
                }
            }
        }
    }

    /// What the compiler would do at the user's place is no work of the test: it has a budget of its own.
    #[cold]
    fn step_in_constant(head: *mut Head) {
        let steps = STEPS_IN_CONSTANTS.load(Relaxed) + 1;
        STEPS_IN_CONSTANTS.store(steps, Relaxed);
        if steps > MOST_STEPS_IN_CONSTANTS && !is_original() {
            unsafe { exhausted(head) }
        }
    }

    pub(super) fn is_attached() -> bool {
        !STATE.head.load(Relaxed).is_null()
    }

    pub(super) fn is_original() -> bool {
        STATE.active.load(Relaxed) == 0
    }

    /// The mark stays when the process ends in between, in whatever way.
    pub(super) fn enter_constant() {
        if STATE.in_constants.fetch_add(1, Relaxed) == 0 {
            STEPS_IN_CONSTANTS.store(0, Relaxed);
        }
        unsafe { (*STATE.head.load(Relaxed)).in_constants.fetch_add(1, Relaxed) };
    }

    pub(super) fn leave_constant() {
        unsafe { (*STATE.head.load(Relaxed)).in_constants.fetch_sub(1, Relaxed) };
        STATE.in_constants.fetch_sub(1, Relaxed);
    }

    pub(super) fn end() -> ! {
        unsafe { _exit((*STATE.head.load(Relaxed)).exit_code) }
    }

    pub(super) fn wait() {
        unsafe { sched_yield() };
    }

    #[cold]
    unsafe fn exhausted(head: *mut Head) -> ! {
        (*head).exhausted = 1;
        _exit((*head).exit_code)
    }

    #[inline(always)]
    pub fn select(base: u32, n: u32) -> u32 {
        mark(base);
        let k = STATE.active.load(Relaxed).wrapping_sub(base);
        if k < n { activated(k) } else { 0 }
    }

    #[cold]
    fn activated(k: u32) -> u32 {
        // A mutant is active only while a table is attached.
        unsafe { (*STATE.head.load(Relaxed)).activated = 1 };
        k + 1
    }
}

#[cfg(not(unix))]
pub mod table {
    pub fn mark(_: u32) {}
    pub fn mark_and_step(_: u32) {}
    pub fn step() {}
    pub(super) fn is_attached() -> bool {
        false
    }
    pub(super) fn is_original() -> bool {
        true
    }
    pub(super) fn enter_constant() {}
    pub(super) fn leave_constant() {}
    pub(super) fn end() {}
    pub(super) fn wait() {}
    pub fn select(_: u32, _: u32) -> u32 {
        0
    }
}
