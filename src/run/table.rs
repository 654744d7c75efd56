//! The table that a running test shares with us: a small file mapped by both. Owns its layout, which the
//! runtime crate repeats: magic, slots, active, activated, exhausted, exit code (32 bits each), budget,
//! steps, data limit, file limit (64 bits each), how many constants are being computed (32 bits, and as many unused), the most
//! memory (64 bits), and from byte 72 on one byte a slot.

use std::fs::{File, OpenOptions};
use std::io;

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};
use fixedbitset::FixedBitSet;
use memmap2::MmapMut;

const MAGIC: u32 = 0x6761_7465;
const HEADER: usize = 72;

/// The code with which a process ends itself when its steps are used up.
pub const EXHAUSTED_EXIT: i32 = 86;

/// Memory of its own that a test process may have, in bytes: mutants that allocate without end die of it.
pub const DATA_LIMIT: u64 = 4 << 30;

/// The largest file that a test process may write, in bytes.
const FILE_LIMIT: u64 = 2 << 30;

/// One worker's table.
#[derive(Debug)]
pub struct Table {
    path: Utf8PathBuf,
    map: MmapMut,
    slots: u32,
}

/// Make the file so long, with room for all of it: where the disk is full it is said here, and no mark ends the process
/// that makes it.
#[cfg(target_os = "linux")]
fn reserve(file: &File, length: u64) -> io::Result<()> {
    match rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), 0, length) {
        // Not every file system can.
        Err(rustix::io::Errno::OPNOTSUPP) => file.set_len(length),
        done => Ok(done?),
    }
}

#[cfg(not(target_os = "linux"))]
fn reserve(file: &File, length: u64) -> io::Result<()> {
    file.set_len(length)
}

/// What a run left in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Whether the active mutant's code was chosen at least once.
    pub is_activated: bool,
    /// Whether the steps were used up.
    pub is_exhausted: bool,
    /// Whether it ended while it computed a constant: the compiler would be at it.
    pub is_in_constant: bool,
    /// Steps taken: functions and closures entered, loop bodies run.
    pub steps: u64,
    /// How much memory of its own the original came to have after its start, in bytes; 0 where that is not known.
    pub data: u64,
}

impl Table {
    /// Create a table of `slots` slots at `path`.
    pub fn create(path: Utf8PathBuf, slots: u32) -> anyhow::Result<Table> {
        let open = || -> io::Result<MmapMut> {
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path)?;
            reserve(&file, (HEADER + slots as usize) as u64)?;
            // SAFETY: the file is ours; test processes change marks under us, and a byte is a byte: what is
            // read while they run is not used, what is read after they ended is what they left.
            unsafe { MmapMut::map_mut(&file) }
        };
        let map = open().with_context(|| format!("cannot map {path}"))?;
        let mut table = Table { path, map, slots };
        table.reset(0, u64::MAX, DATA_LIMIT);
        Ok(table)
    }

    /// Where it lies, for the environment of a test process.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Make ready for a run: `active` is the slot of a mutant, or 0 for the original code; it may take `budget` steps and
    /// have `data` bytes of memory. All of the head is written, whatever the last run made of it.
    pub fn reset(&mut self, active: u32, budget: u64, data: u64) {
        self.put(0, &MAGIC.to_ne_bytes());
        self.put(4, &self.slots.to_ne_bytes());
        self.put(8, &active.to_ne_bytes());
        self.put(12, &[0; 8]);
        self.put(20, &EXHAUSTED_EXIT.to_ne_bytes());
        self.put(24, &budget.to_ne_bytes());
        self.put(32, &[0; 8]);
        self.put(40, &data.to_ne_bytes());
        self.put(48, &FILE_LIMIT.to_ne_bytes());
        self.put(56, &[0; 16]);
    }

    /// Forget all marks.
    pub fn clear_marks(&mut self) {
        self.map[HEADER..].fill(0);
    }

    /// What the run left.
    pub fn trace(&self) -> Trace {
        Trace {
            is_activated: self.get(12) != 0,
            is_exhausted: self.get(16) != 0,
            is_in_constant: self.get(56) != 0,
            steps: self.get_long(32),
            data: self.get_long(64),
        }
    }

    /// Whether a slot was marked since the marks were cleared.
    pub fn is_marked(&self, slot: u32) -> bool {
        self.map.get(HEADER + slot as usize).is_some_and(|mark| *mark != 0)
    }

    /// The slots that were marked since the marks were cleared.
    pub fn marks(&self) -> FixedBitSet {
        let marks = &self.map[HEADER..];
        let mut set = FixedBitSet::with_capacity(marks.len());
        marks.iter().enumerate().filter(|(_, mark)| **mark != 0).for_each(|(slot, _)| set.insert(slot));
        set
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.map[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn get_long(&self, at: usize) -> u64 {
        let bytes = self.map[at..at + 8].try_into().expect("eight bytes");
        u64::from_ne_bytes(bytes)
    }

    fn get(&self, at: usize) -> u32 {
        let bytes = self.map[at..at + 4].try_into().expect("four bytes");
        u32::from_ne_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_run_begins_with_a_sound_head_whatever_the_last_one_made_of_it() {
        let place = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(place.path()).unwrap().join("table");
        let mut table = Table::create(path.clone(), 5).unwrap();
        table.reset(3, 70, 900);
        let sound = std::fs::read(&path).unwrap();
        assert_eq!(sound.len(), HEADER + 5);
        table.map[..HEADER].fill(0xff);
        assert!(table.trace().is_activated && table.trace().is_exhausted && table.trace().is_in_constant);
        table.reset(3, 70, 900);
        assert_eq!(std::fs::read(&path).unwrap(), sound);
        assert_eq!(table.trace(), Trace { is_activated: false, is_exhausted: false, is_in_constant: false, steps: 0, data: 0 });
    }
}
