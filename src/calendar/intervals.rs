//! Lists of half-open intervals.

/// An interval of instants, half-open.
pub(super) type Interval = (i64, i64);

/// Sorts intervals and merges those that overlap or touch; drops empty ones.
pub(super) fn union(intervals: &mut Vec<Interval>) {
    intervals.retain(|(start, end)| start < end);
    intervals.sort_unstable();
    intervals.dedup_by(|next, kept| {
        let is_joined = next.0 <= kept.1;
        if is_joined {
            kept.1 = kept.1.max(next.1);
        }
        is_joined
    });
}

/// Cuts one interval out of those from position `first` on.
pub(super) fn cut(intervals: &mut Vec<Interval>, first: usize, hole: Interval) {
    if hole.0 >= hole.1 {
        return;
    }
    for index in first..intervals.len() {
        let (start, end) = intervals[index];
        if end <= hole.0 || hole.1 <= start {
            continue;
        }
        // What is left may be empty on either side; `union` or the caller drops it.
        intervals[index] = (start, hole.0.max(start));
        if hole.1 < end {
            intervals.push((hole.1, end));
        }
    }
}
