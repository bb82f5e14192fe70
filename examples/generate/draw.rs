//! Chance: everything random comes from one seeded generator.
//!
//! Only additions, multiplications and comparisons are used, never `ln`, `exp`
//! or `cos` of the platform, so that the files are the same everywhere.

pub struct Draw(fastrand::Rng);

impl Draw {
    pub fn seeded(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Uniform in `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        self.0.f64()
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Uniform in `0..end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end)
    }

    /// Uniform in `from..until`.
    pub fn between(&mut self, from: i64, until: i64) -> i64 {
        self.0.i64(from..until)
    }

    pub fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// An index, each as likely as its weight.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.0.u32(..weights.iter().sum::<u32>());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        unreachable!("the draw is below the sum of the weights")
    }

    /// Close to log-normal, with the given median; no value lies more than
    /// 3.5 sigma out.
    pub fn around(&mut self, median: f64, sigma: f64) -> f64 {
        let sum: f64 = (0..4).map(|_| self.unit()).sum();
        median * exp((sum - 2.0) * 3f64.sqrt() * sigma)
    }

    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        self.0.shuffle(values);
    }
}

/// e to the power of x, to about three digits for small x.
fn exp(x: f64) -> f64 {
    (0..10).fold(1.0 + x / 1024.0, |power, _| power * power)
}
