//! Many short lists of numbers in one buffer.

/// Lists, numbered from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lists {
    items: Vec<u32>,
    ends: Vec<usize>,
}

impl Lists {
    /// Appends a list.
    pub fn push(&mut self, list: impl IntoIterator<Item = u32>) {
        self.items.extend(list);
        self.ends.push(self.items.len());
    }

    /// Appends lists.
    pub fn append(&mut self, other: &Lists, map: impl Fn(u32) -> u32) {
        let base = self.items.len();
        self.items.extend(other.items.iter().map(|&item| map(item)));
        self.ends.extend(other.ends.iter().map(|end| base + end));
    }

    /// Replaces every item.
    pub fn map_items(&mut self, map: impl Fn(u32) -> u32) {
        self.items.iter_mut().for_each(|item| *item = map(*item));
    }

    /// A list.
    pub fn get(&self, list: usize) -> &[u32] {
        let start = if list == 0 { 0 } else { self.ends[list - 1] };
        &self.items[start..self.ends[list]]
    }

    /// All items, list after list.
    pub fn items(&self) -> &[u32] {
        &self.items
    }

    /// Number of lists.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no lists.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}
