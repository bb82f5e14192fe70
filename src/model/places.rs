//! Numbers by the texts they stand for.
//!
//! A table of hashes alone: the texts stay where they are, in one buffer, and
//! aren't held a second time as keys.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// The hash of a text, as [`Places`] wants it.
pub fn hash(text: &str) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    // Its lower bits are the better mixed ones.
    hasher.finish() as u32
}

/// Where texts are; what they are is the caller's to compare.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// A hash in the upper half, a number and one in the lower half; 0 where
    /// there is none. As many as a power of two, with open addressing.
    slots: Vec<u64>,
    used: usize,
}

impl Places {
    /// For so many numbers.
    pub fn with_capacity(numbers: usize) -> Places {
        Places { slots: vec![0; (numbers + numbers / 2 + 1).next_power_of_two()], used: 0 }
    }

    /// A number with that hash which `is` the one looked for.
    pub fn find(&self, hash: u32, is: impl Fn(u32) -> bool) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return None;
            }
            let number = (slot as u32).wrapping_sub(1);
            if (slot >> 32) as u32 == hash && is(number) {
                return Some(number);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a number below [`u32::MAX`].
    pub fn insert(&mut self, hash: u32, number: u32) {
        // A quarter stays free, so that what isn't there is soon found missing.
        if self.used >= self.slots.len() / 4 * 3 {
            let larger = vec![0; (self.slots.len() * 2).max(8)];
            for slot in std::mem::replace(&mut self.slots, larger).into_iter().filter(|slot| *slot != 0) {
                self.put(slot);
            }
        }
        self.put(u64::from(hash) << 32 | u64::from(number + 1));
        self.used += 1;
    }

    fn put(&mut self, slot: u64) {
        let mask = self.slots.len() - 1;
        let mut at = (slot >> 32) as usize & mask;
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_their_texts() {
        let texts: Vec<String> = (0..10_000).map(|n| format!("T{n}")).collect();
        let mut places = Places::default();
        assert_eq!(places.find(hash("T1"), |_| true), None);
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(places.find(hash(text), |n| texts[n as usize] == *text), None);
            places.insert(hash(text), number as u32);
        }
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(places.find(hash(text), |n| texts[n as usize] == *text), Some(number as u32));
        }
    }

    /// As if all texts had one hash.
    #[test]
    fn equal_hashes_are_told_apart() {
        let mut places = Places::with_capacity(3);
        (0..100).for_each(|number| places.insert(7, number));
        assert_eq!(places.find(7, |number| number == 99), Some(99));
        assert_eq!(places.find(8, |_| true), None);
    }
}
