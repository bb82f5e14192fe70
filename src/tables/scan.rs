//! Long tables as queries read them: only the columns and rows that a query asks for are made, a part
//! after the other, when it asks.
//!
//! Polars may hold on to a scan for as long as it likes, while what tables are made of is only lent to
//! us. So a scan has nothing but an address to ask for rows at, and whoever has the facts answers.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use polars::prelude::*;
use rayon::prelude::*;

use super::{Data, Made, NAMES, Tables, Wanted, length, long, short};

/// Rows that are made at a time: few enough to pass over those of which a query wants none.
const READ: usize = 1 << 15;

/// What a scan asks for.
struct Request {
    table: &'static str,
    columns: Vec<PlSmallStr>,
    /// Which rows; `None` for all.
    mask: Option<BooleanChunked>,
    answer: Sender<PolarsResult<DataFrame>>,
}

/// Columns of flags, whole, by table and name.
type Flags = BTreeMap<(&'static str, PlSmallStr), Column>;

/// One long table.
struct Scan {
    table: &'static str,
    schema: SchemaRef,
    requests: Sender<Request>,
}

impl Scan {
    fn rows(&self, columns: Vec<PlSmallStr>, mask: Option<BooleanChunked>) -> PolarsResult<DataFrame> {
        let (answer, answered) = channel();
        let gone = || PolarsError::ComputeError("nobody answers for the tables".into());
        let request = Request { table: self.table, columns, mask, answer };
        self.requests.send(request).map_err(|_| gone())?;
        answered.recv().map_err(|_| gone())?
    }

    /// At least those columns of the rows for which a predicate is true.
    ///
    /// What needs nothing but flags is judged first, of all rows: most queries have such a condition,
    /// and few rows are left to make anything else of.
    fn rows_that(&self, predicate: Expr, columns: &[PlSmallStr]) -> PolarsResult<DataFrame> {
        // Among others stand Polars' own guesses of what an ORDER BY with a LIMIT won't need.
        let predicate = predicate.try_map_expr(|part| match part {
            Expr::Display { fmt_str, .. } if fmt_str.starts_with("dynamic_pred") => Ok(lit(true)),
            Expr::Display { fmt_str, .. } => {
                Err(PolarsError::ComputeError(format!("rows can't be chosen by {fmt_str}").into()))
            }
            part => Ok(part),
        })?;
        let is_flag = |name: &PlSmallStr| self.schema.get(name) == Some(&DataType::Boolean);
        let (flags, others): (Vec<Expr>, Vec<Expr>) = conditions(predicate).into_iter().partition(|one| {
            let names = names(one);
            !names.is_empty() && names.iter().all(is_flag)
        });
        let (first, rest) = if flags.is_empty() { (others, flags) } else { (flags, others) };
        let all = |conditions: Vec<Expr>| conditions.into_iter().reduce(Expr::and).unwrap_or(lit(true));
        let (has_rest, first, rest) = (!rest.is_empty(), all(first), all(rest));
        let judged = names(&first);
        let wanted = judged.iter().chain(columns).cloned().chain(names(&rest)).collect::<BTreeSet<_>>();
        if judged.is_empty() {
            // It says the same of every row.
            return self.rows(wanted.into_iter().collect(), None)?.lazy().filter(first).collect();
        }
        let rows = self.rows(judged.iter().cloned().collect(), None)?;
        let mask = rows.clone().lazy().select([first.alias("mask")]).collect()?;
        let mask = mask.column("mask")?.bool()?.clone();
        let mut rows = rows.filter(&mask)?;
        let others: Vec<PlSmallStr> = wanted.difference(&judged).cloned().collect();
        if !others.is_empty() {
            rows.hstack_mut(self.rows(others, Some(mask))?.columns())?;
        }
        if has_rest { rows.lazy().filter(rest).collect() } else { Ok(rows) }
    }
}

/// What must all be true for a predicate to be.
fn conditions(predicate: Expr) -> Vec<Expr> {
    match predicate {
        Expr::BinaryExpr { left, op: Operator::And | Operator::LogicalAnd, right } => {
            let both = [left, right].into_iter();
            both.flat_map(|side| conditions(Arc::unwrap_or_clone(side))).collect()
        }
        one => vec![one],
    }
}

/// The columns that an expression reads.
fn names(of: &Expr) -> BTreeSet<PlSmallStr> {
    let name = |part: &Expr| match part {
        Expr::Column(name) => Some(name.clone()),
        _ => None,
    };
    of.into_iter().filter_map(name).collect()
}

impl AnonymousScan for Scan {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn schema(&self, _: Option<usize>) -> PolarsResult<SchemaRef> {
        Ok(self.schema.clone())
    }

    fn allows_projection_pushdown(&self) -> bool {
        true
    }

    fn allows_predicate_pushdown(&self) -> bool {
        true
    }

    fn scan(&self, asked: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let columns: Vec<PlSmallStr> = match &asked.with_columns {
            Some(columns) => columns.to_vec(),
            None => self.schema.iter_names_cloned().collect(),
        };
        let rows = match asked.predicate {
            Some(predicate) => self.rows_that(predicate, &columns)?,
            None => self.rows(columns.clone(), None)?,
        };
        let rows = rows.select(columns)?;
        Ok(match asked.n_rows {
            Some(most) => rows.slice(0, most),
            None => rows,
        })
    }
}

impl Data<'_> {
    /// Lends tables to `ask`: those that are wanted.
    ///
    /// `ask` runs on a thread of its own. It and what it starts must not wait for rows on a thread of
    /// rayon's common pool: these make them. And what makes them must not use Polars' pool, whose
    /// threads may all be waiting for rows.
    ///
    /// # Errors
    /// What Polars says.
    pub fn lend<T: Send>(&self, wanted: &Wanted, ask: impl FnOnce(&Tables) -> T + Send) -> PolarsResult<T> {
        let (requests, received) = channel();
        let frame = |name| Ok((name, self.frame(name, wanted, requests.clone())?));
        let frames: PolarsResult<Vec<(&str, LazyFrame)>> =
            NAMES.into_par_iter().filter(|name| wanted.has(name)).map(frame).collect();
        let tables = Tables { frames: frames? };
        // When the last scan is gone as well, nobody asks any more.
        drop(requests);
        thread::scope(|scope| {
            let asking = scope.spawn(move || ask(&tables));
            self.answer(received);
            asking.join().map_or_else(|panic| resume_unwind(panic), Ok)
        })
    }

    fn answer(&self, requests: Receiver<Request>) {
        let mut flags = Flags::default();
        for Request { table, columns, mask, answer } in requests {
            let rows = match mask {
                Some(mask) => self.rows(table, &columns, Some(&mask)),
                None => self.all_rows(table, columns, &mut flags),
            };
            // A query that has failed meanwhile waits for nothing.
            let _ = answer.send(rows);
        }
    }

    /// Those columns of a long table; flags take little room and are asked for time and again.
    fn all_rows(
        &self,
        table: &'static str,
        columns: Vec<PlSmallStr>,
        flags: &mut Flags,
    ) -> PolarsResult<DataFrame> {
        let key = |name: &PlSmallStr| (table, name.clone());
        let (known, others): (Vec<PlSmallStr>, Vec<PlSmallStr>) =
            columns.into_iter().partition(|name| flags.contains_key(&key(name)));
        let rows = self.rows(table, &others, None)?;
        let (height, mut all) = (length(self.facts, table), rows.into_columns());
        for column in all.iter_mut().filter(|column| column.dtype() == &DataType::Boolean) {
            *column = column.rechunk();
            flags.insert(key(column.name()), column.clone());
        }
        all.extend(known.iter().filter_map(|name| flags.get(&key(name)).cloned()));
        DataFrame::new(height, all)
    }

    fn frame(
        &self,
        table: &'static str,
        wanted: &Wanted,
        requests: Sender<Request>,
    ) -> PolarsResult<LazyFrame> {
        // Where rows are only counted, Polars takes any column that there is: one must be.
        let least = Wanted::named([(table, ["opened_at", "clock"].map(str::to_owned).into())].into());
        let made = |wanted: &Wanted| Some(long(self.facts, &self.shared, wanted, table, 0..0)?.made());
        let made = made(wanted).filter(|made| !made.is_empty()).or_else(|| made(&least));
        let Some(made) = made else { return Ok(short(self.facts, table)?.lazy()) };
        let fields = made.into_iter().map(|made| Ok(made.column()?.field().into_owned()));
        let schema: Schema = fields.collect::<PolarsResult<_>>()?;
        let scan = Scan { table, schema: Arc::new(schema), requests };
        LazyFrame::anonymous_scan(Arc::new(scan), ScanArgsAnonymous::default())
    }

    /// Those columns of a long table, of the rows where the mask is true.
    fn rows(
        &self,
        table: &'static str,
        columns: &[PlSmallStr],
        mask: Option<&BooleanChunked>,
    ) -> PolarsResult<DataFrame> {
        let words = columns.iter().map(|column| column.to_ascii_lowercase()).collect();
        let wanted = Wanted::named([(table, words)].into());
        let all = length(self.facts, table);
        let parts = (0..all.div_ceil(READ).max(1)).into_par_iter().filter_map(|nth| {
            let rows = nth * READ..((nth + 1) * READ).min(all);
            let mask = mask.map(|mask| mask.slice(rows.start as i64, rows.len()));
            // The first one shows the types even if it comes out empty.
            if nth > 0 && mask.as_ref().is_some_and(|mask| !mask.any()) {
                return None;
            }
            let made = long(self.facts, &self.shared, &wanted, table, rows.clone())?.made();
            Some(frame(made, rows.len(), mask.as_ref()))
        });
        let mut parts = parts.collect::<PolarsResult<Vec<DataFrame>>>()?.into_iter();
        let mut rows = parts.next().unwrap_or_default();
        parts.try_for_each(|part| rows.vstack_mut_owned(part).map(|_| ()))?;
        Ok(rows)
    }
}

fn frame(made: Vec<Made>, rows: usize, mask: Option<&BooleanChunked>) -> PolarsResult<DataFrame> {
    let (rows, made) = match mask {
        None => (rows, made),
        Some(mask) => {
            let filtered = made.into_iter().map(|made| made.filtered(mask));
            (mask.num_trues(), filtered.collect::<PolarsResult<_>>()?)
        }
    };
    let columns: PolarsResult<Vec<Column>> = made.into_iter().map(Made::column).collect();
    DataFrame::new(rows, columns?)
}
