//! What instrumented code calls where the user's profile optimizes: the same as `gate_rt`, and the compiler puts what is
//! called most into its callers. Without that, a call in a loop keeps the loop from being optimized; where nothing is
//! optimized, it would make more code and no faster.
#![no_std]
#![allow(internal_features)]
#![feature(core_intrinsics, const_eval_select)]

pub use gate_rt::*;

use core::intrinsics::const_eval_select;

/// As [`gate_rt::hit`].
#[inline(always)]
pub const fn hit(slot: u32) {
    const fn constant(_: u32) {}
    const_eval_select((slot,), constant, table::mark)
}

/// As [`gate_rt::enter`].
#[inline(always)]
pub const fn enter(slot: u32) {
    const fn constant(_: u32) {}
    const_eval_select((slot,), constant, table::mark_and_step)
}

/// As [`gate_rt::branch`].
#[inline(always)]
pub const fn branch(slot: u32, value: bool) -> bool {
    hit(slot + value as u32);
    value
}

/// As [`gate_rt::select`].
#[inline(always)]
pub const fn select(base: u32, n: u32) -> u32 {
    const fn constant(_: u32, _: u32) -> u32 {
        0
    }
    const_eval_select((base, n), constant, table::select)
}

/// As [`gate_rt::step`].
#[inline(always)]
pub const fn step() {
    const fn constant() {}
    const_eval_select((), constant, table::step)
}
