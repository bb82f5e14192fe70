//! An error, warning or finding with its place, and how it prints.
//!
//! Answers "what is wrong, where, and what can I do?" for files that a person
//! wrote. Defects of exported rows are counted in `import` instead.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
}

/// One message about one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// A lower-case fragment, the user's words in backticks.
    pub message: String,
    /// Beside the caret: what was expected.
    pub label: String,
    /// Only when surely right.
    pub hint: Option<String>,
    /// Byte range in the source; `None` where the whole file is meant.
    pub span: Option<Range<usize>>,
}

impl Diagnostic {
    /// An error at a place of the source.
    pub fn error(span: Option<Range<usize>>, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            message: message.into(),
            label: String::new(),
            hint: None,
            span,
        }
    }

    /// The same, with the text beside the caret.
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// The same, with a hint.
    pub fn hint(mut self, hint: Option<impl Into<String>>) -> Diagnostic {
        self.hint = hint.map(Into::into);
        self
    }

    /// The same, as a warning.
    pub fn warning(mut self) -> Diagnostic {
        self.severity = Severity::Warning;
        self
    }
}

/// Diagnostics about one source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    /// Name of the file as the user gave it.
    pub origin: String,
    pub source: String,
    pub items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Whether anything in here is an error.
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|item| item.severity == Severity::Error)
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let renderer = Renderer::plain();
        for (index, item) in self.items.iter().enumerate() {
            let level = match item.severity {
                Severity::Error => Level::ERROR,
                Severity::Warning => Level::WARNING,
            };
            let mut groups: Vec<Group> = Vec::new();
            let title = level.primary_title(item.message.as_str());
            match &item.span {
                Some(span) => {
                    groups.push(title.element(
                        Snippet::source(self.source.as_str()).path(self.origin.as_str()).annotation(
                            AnnotationKind::Primary.span(span.clone()).label(item.label.as_str()),
                        ),
                    ))
                }
                None => groups.push(title.element(annotate_snippets::Origin::path(self.origin.as_str()))),
            }
            if let Some(hint) = &item.hint {
                groups.push(Group::with_title(Level::HELP.with_name("hint").secondary_title(hint.as_str())));
            }
            if index > 0 {
                writeln!(f, "\n")?;
            }
            write!(f, "{}", renderer.render(&groups))?;
        }
        Ok(())
    }
}

/// The closest of `known` to `word`, if it is close enough to be a slip of the keyboard.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&word, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.84)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| format!("did you mean `{name}`?"))
}
