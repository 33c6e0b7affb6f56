//! Prometheus' text format, version 0.0.4: families of samples, each with what it is.

use crate::state::Histogram;

use super::write::fixed;

/// What all names begin with.
const PREFIX: &str = "switchman_";

/// The labels of a sample, as they are written: `a="b",c="d"`.
#[derive(Clone, Debug, Default)]
pub(super) struct Labels(String);

impl Labels {
    /// These, and one more.
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        let mut all = self.0.clone();
        if !all.is_empty() {
            all.push(',');
        }
        all.push_str(name);
        all.push_str("=\"");
        for char in value.chars() {
            match char {
                '\n' => all.push_str("\\n"),
                '\\' | '"' => all.extend(['\\', char]),
                _ => all.push(char),
            }
        }
        all.push('"');
        Self(all)
    }
}

/// A text that is being written. A family without a sample is not told.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    text: String,
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    is_told: bool,
}

impl Exposition {
    /// The samples that follow are of this family.
    pub(super) fn family(&mut self, name: &'static str, kind: &'static str, help: &'static str) {
        (self.name, self.kind, self.help, self.is_told) = (name, kind, help, false);
    }

    /// A number.
    pub(super) fn count(&mut self, labels: &Labels, value: u64) {
        self.sample("", labels, &value.to_string());
    }

    /// A number that was multiplied until so many digits behind the point became whole ones.
    pub(super) fn fraction(&mut self, labels: &Labels, scaled: u64, digits: usize) {
        self.sample("", labels, &fixed(scaled, digits));
    }

    /// Times, in seconds; nothing where there are none.
    pub(super) fn times(&mut self, labels: &Labels, times: &Histogram) {
        if times.count() == 0 {
            return;
        }
        for (bound_ms, count) in times.within() {
            self.sample("_bucket", &labels.with("le", &fixed(bound_ms, 3)), &count.to_string());
        }
        let count = times.count().to_string();
        self.sample("_bucket", &labels.with("le", "+Inf"), &count);
        self.sample("_sum", labels, &fixed(times.sum_ms(), 3));
        self.sample("_count", labels, &count);
    }

    fn sample(&mut self, suffix: &str, labels: &Labels, value: &str) {
        let Self { text, name, kind, help, is_told } = self;
        let mut line = |words: &[&str]| {
            words.iter().for_each(|word| text.push_str(word));
            text.push('\n');
        };
        if !std::mem::replace(is_told, true) {
            line(&["# HELP ", PREFIX, name, " ", help]);
            line(&["# TYPE ", PREFIX, name, " ", kind]);
        }
        match labels.0.as_str() {
            "" => line(&[PREFIX, name, suffix, " ", value]),
            labels => line(&[PREFIX, name, suffix, "{", labels, "} ", value]),
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_end_a_label_is_escaped() {
        let labels = Labels::default().with("a", "x\"} 1\n# \\").with("b", "");
        let mut out = Exposition::default();
        out.family("x_total", "counter", "An x.");
        out.family("y", "gauge", "A y.");
        out.count(&labels, 3);
        let expected = "# HELP switchman_y A y.\n# TYPE switchman_y gauge\nswitchman_y{a=\"x\\\"} 1\\n# \\\\\",b=\"\"} 3\n";
        assert_eq!(out.finish(), expected);
    }

    #[test]
    fn times_are_told_in_seconds_with_every_bound() {
        let mut times = Histogram::default();
        [5, 1_500].into_iter().for_each(|ms| times.add(ms));
        let mut out = Exposition::default();
        out.family("s", "histogram", "Seconds.");
        out.times(&Labels::default(), &Histogram::default());
        out.times(&Labels::default().with("a", "b"), &times);
        let text = out.finish();
        for line in [
            "switchman_s_bucket{a=\"b\",le=\"0.01\"} 1",
            "switchman_s_bucket{a=\"b\",le=\"1.28\"} 1",
            "switchman_s_bucket{a=\"b\",le=\"2.56\"} 2",
            "switchman_s_bucket{a=\"b\",le=\"655.36\"} 2",
            "switchman_s_bucket{a=\"b\",le=\"+Inf\"} 2",
            "switchman_s_sum{a=\"b\"} 1.505",
            "switchman_s_count{a=\"b\"} 2",
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
    }
}
