//! What the kernel is asked for: a network of our own, Landlock's rules, limits. All of it is done to the keeper, or by
//! a process between its start and its first instruction.

use std::fs;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use anyhow::Context;
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr, Scope, path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, getpid, getrlimit, set_child_subreaper, setrlimit};

use super::{Job, Rules, Walls};
use crate::policy::Network;

/// Memory of its own that a process may have, in bytes.
const DATA_LIMIT: u64 = 4 << 30;

/// The largest file that a process may write, in bytes.
const FILE_LIMIT: u64 = 2 << 30;

/// Devices that programs write to and that hold nothing.
const DEVICES: [&str; 8] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts"];

/// What holds from now on.
pub(super) struct Confined {
    pub(super) walls: Walls,
    /// Landlock's rules, which each test process takes on itself: the keeper must be able to end it.
    pub(super) rules: Option<OwnedFd>,
    /// A network of our own was made and cannot be used, and there is no way back: another keeper is needed.
    pub(super) is_cut_off: bool,
}

/// Give this process and all that it starts no more rights than `rules` say, as far as the kernel can.
pub(super) fn confine(rules: &Rules) -> anyhow::Result<Confined> {
    // What a test leaves behind becomes our child, however it tried to get away.
    set_child_subreaper(Some(getpid())).context("cannot take over what tests leave behind")?;
    let nothing = Confined { walls: Walls { landlock: 0, network: Network::Any }, rules: None, is_cut_off: false };
    if !rules.is_on {
        return Ok(nothing);
    }
    rustix::thread::set_no_new_privs(true).context("cannot give up privileges")?;
    limit(Resource::Data, DATA_LIMIT);
    limit(Resource::Fsize, FILE_LIMIT);
    let Some(has_own_network) = isolate(rules) else { return Ok(Confined { is_cut_off: true, ..nothing }) };
    let landlock = landlock_version();
    // Without an own network TCP can still be forbidden, though not for some addresses only.
    let forbids_tcp = !has_own_network && rules.network == Network::None && landlock >= 4;
    let network = if has_own_network || forbids_tcp { rules.network } else { Network::Any };
    let rules = if landlock > 0 { Some(ruleset(rules, forbids_tcp).context("cannot make Landlock's rules")?) } else { None };
    Ok(Confined { walls: Walls { landlock, network }, rules, is_cut_off: false })
}

/// Whether this process has a network of its own now; nothing when it has one and cannot use it.
fn isolate(rules: &Rules) -> Option<bool> {
    if rules.network == Network::Any || !rules.may_isolate || own_network().is_err() {
        return Some(false);
    }
    (rules.network == Network::None || loopback_up().is_ok()).then_some(true)
}

fn limit(resource: Resource, bytes: u64) {
    let Rlimit { current, maximum } = getrlimit(resource);
    let least = |limit: Option<u64>| Some(limit.map_or(bytes, |limit| limit.min(bytes)));
    // Lower is always allowed.
    let _ = setrlimit(resource, Rlimit { current: least(current), maximum: least(maximum) });
}

/// The version of Landlock that the kernel has and that is switched on; 0 for none.
fn landlock_version() -> u32 {
    const VERSION: u32 = 1;
    // SAFETY: with this flag the call reads no memory and gives a number or an error.
    let version = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0_usize, VERSION) };
    u32::try_from(version).unwrap_or(0)
}

/// Rules that hold back writes everywhere but in the places that are allowed, signals to others, and TCP if that is
/// wanted. What this kernel does not know is left out.
fn ruleset(rules: &Rules, forbids_tcp: bool) -> anyhow::Result<OwnedFd> {
    // Without the right to control devices: who cannot open one for writing does no harm with that.
    let writes = AccessFs::from_write(ABI::V4);
    let mut ruleset =
        Ruleset::default().set_compatibility(CompatLevel::BestEffort).handle_access(writes)?.scope(Scope::from_all(ABI::V6))?;
    if forbids_tcp {
        ruleset = ruleset.handle_access(AccessNet::from_all(ABI::V4))?;
    }
    let places = rules.write.iter().map(|path| path.as_str()).chain(DEVICES);
    let created = ruleset.create()?.add_rules(path_beneath_rules(places, writes))?;
    // Without the right to shorten it: a map whose end is gone kills who reads it.
    let created = created.add_rules(path_beneath_rules([&rules.table], AccessFs::WriteFile))?;
    Option::<OwnedFd>::from(created).context("the kernel gave no rules")
}

/// A process of a job before it has arguments: where it works, in what environment, in a group of its own, shut in by
/// Landlock's rules.
pub(super) fn command(job: &Job, rules: Option<&OwnedFd>) -> Command {
    let mut command = Command::new(&job.program);
    command.current_dir(&job.directory).env_clear().envs(&job.environment).process_group(0).stdin(Stdio::null());
    if let Some(rules) = rules.map(AsRawFd::as_raw_fd) {
        // SAFETY: one call of the system, which allocates nothing and holds no lock.
        unsafe { command.pre_exec(move || take_on(rules)) };
    }
    command
}

/// Take Landlock's rules on the calling process, for good. Does nothing that is not allowed between fork and exec.
fn take_on(rules: RawFd) -> io::Result<()> {
    // SAFETY: the call takes two numbers and touches no memory of ours.
    let result = unsafe { libc::syscall(libc::SYS_landlock_restrict_self, rules, 0_u32) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// A network namespace: by right where we have it, else within a user namespace in which we are who we are.
fn own_network() -> io::Result<()> {
    if unshare(libc::CLONE_NEWNET).is_ok() {
        return Ok(());
    }
    let (user, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET)?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

fn unshare(what: libc::c_int) -> io::Result<()> {
    // SAFETY: this process has one thread, and nothing in it depends on what it parts with.
    let result = unsafe { libc::unshare(what) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// A new network has a loopback that is down.
fn loopback_up() -> io::Result<()> {
    let checked = |result: libc::c_int| if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) };
    // SAFETY: the call takes numbers and gives a descriptor that is ours alone.
    let socket = unsafe { OwnedFd::from_raw_fd(checked(libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0))?) };
    // SAFETY: the structure holds numbers only, for which zero is a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(*b"lo") {
        *to = libc::c_char::from_ne_bytes([from]);
    }
    // SAFETY: both calls read and write the structure, which is as the kernel wants it, and keep no pointer to it.
    unsafe {
        checked(libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFFLAGS as _, &raw mut request))?;
        request.ifr_ifru.ifru_flags |= libc::c_short::try_from(libc::IFF_UP).unwrap_or(1);
        checked(libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw mut request))?;
    }
    Ok(())
}
