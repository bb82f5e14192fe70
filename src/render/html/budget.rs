//! How many rows of long lists a page can hold and still be sent by mail.
//!
//! Only kept promises at a list's end are ever left out: what was missed, is
//! at risk or open stays, however much it is. The caption says what is left out.

use rayon::prelude::*;

use super::cells::CellView;
use super::view::TableView;

/// Bytes that the rows of all lists of a page may take together: with all else
/// it stays below 5 MB.
const BUDGET: usize = 3_600_000;
/// Markup of a row, of a cell, of a cell's link and of its class.
const ROW_BYTES: usize = 15;
const CELL_BYTES: usize = 4;
const LINK_BYTES: usize = 18;
const CLASS_BYTES: usize = 7;
/// A character that is escaped.
const ESCAPED_BYTES: usize = 5;

/// Leaves out rows of the longest lists until all fit.
pub fn keep(lists: &mut [&mut TableView]) {
    let sizes: Vec<usize> =
        lists.iter().map(|list| list.rows.par_iter().map(|row| bytes(row)).sum()).collect();
    let share = share(&sizes, BUDGET);
    for (list, size) in lists.iter_mut().zip(sizes) {
        if size > share {
            cut(list, size - share);
        }
    }
}

/// What each may take at most so that all fit; the short ones are whole.
fn share(sizes: &[usize], budget: usize) -> usize {
    let mut sizes = sizes.to_vec();
    sizes.sort_unstable();
    let mut left = budget;
    for (at, size) in sizes.iter().enumerate() {
        let each = left / (sizes.len() - at);
        if *size > each {
            return each;
        }
        left -= size;
    }
    usize::MAX
}

fn cut(list: &mut TableView, excess: usize) {
    let verdicts = list.verdicts();
    let is_kept = |row: &[CellView]| {
        let is_plain = verdicts.and_then(|at| row.get(at)).is_none_or(|cell| cell.class.is_empty());
        is_plain && row.iter().all(|cell| cell.opens.is_none())
    };
    let mut freed = 0;
    let mut at = list.rows.len();
    let mut is_left_out = vec![false; at];
    while freed < excess && at > 0 {
        at -= 1;
        if is_kept(&list.rows[at]) {
            freed += bytes(&list.rows[at]);
            is_left_out[at] = true;
        }
    }
    let mut left_out = is_left_out.into_iter();
    list.rows.retain(|_| !left_out.next().unwrap_or(false));
    list.count();
}

/// About as many as the row takes on the page.
fn bytes(row: &[CellView]) -> usize {
    let cell = |cell: &CellView| {
        let escaped = cell.text.bytes().filter(|b| b"<>&\"'/".contains(b)).count() * ESCAPED_BYTES;
        let class = if cell.class.is_empty() { 0 } else { CLASS_BYTES + cell.class.len() };
        CELL_BYTES + cell.text.len() + escaped + class + cell.opens.as_ref().map_or(0, |_| LINK_BYTES)
    };
    ROW_BYTES + row.iter().map(cell).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn short_lists_are_whole_and_long_ones_share_the_rest() {
        assert_eq!(share(&[10, 20, 30], 60), usize::MAX);
        assert_eq!(share(&[10, 50, 60], 70), 30);
        assert_eq!(share(&[100, 10], 50), 40);
        assert_eq!(share(&[], 50), usize::MAX);
    }
}
