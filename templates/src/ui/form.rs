//! Fields, each with its label, hint and fault, and the summary of errors at the top of a form.
//!
//! A fault is shown three times on purpose: in the title ("오류:"), in the summary with a link, and beside the field.

use crate::errors::text as errors_text;
use crate::text::{Lang, Text, common};
use maud::{Markup, html};

/// Why a field was not accepted: `key` names a sentence of [`errors::text`](crate::errors::text), `n` fills its `{n}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldError<'a> {
    /// The field's name; `form` where no single field is at fault.
    pub field: &'a str,
    /// The sentence, such as `title.empty`.
    pub key: &'a str,
    /// The limit that the sentence names; 0 where it names none.
    pub n: u64,
}

impl FieldError<'_> {
    /// The sentence in the reader's language.
    pub fn say(&self, lang: Lang) -> String {
        lang.fill(crate::errors::text::message(self.key).unwrap_or(errors_text::FALLBACK), &[("n", &super::number(self.n))])
    }
}

/// One input of a form.
#[derive(Clone, Copy, Default)]
pub struct Field<'a> {
    pub lang: Lang,
    /// The name that is sent.
    pub name: &'a str,
    /// Put before the name to make the id, where a page holds several forms.
    pub prefix: &'a str,
    /// What to enter.
    pub label: &'a str,
    /// `text`, `email`, `password`, `search`, `number`, `date`; empty means `text`.
    pub kind: &'a str,
    /// What stands in it.
    pub value: &'a str,
    /// More about what to enter; empty for none.
    pub hint: &'a str,
    /// The browser's token for filling it in; empty for none.
    pub autocomplete: &'a str,
    /// Whether it must be filled.
    pub required: bool,
    /// Characters that it may hold, where scripts say how many are left near the end; 0: they do not.
    pub most: usize,
    /// Where scripts find the members to be offered after an `@`; empty: none are.
    pub names: &'a str,
    /// The errors of the whole form; the field finds its own.
    pub errors: &'a [FieldError<'a>],
}

impl Field<'_> {
    fn id(&self) -> String {
        format!("{}{}", self.prefix, self.name)
    }

    fn fault(&self) -> Option<String> {
        self.errors.iter().find(|fault| fault.field == self.name).map(|fault| fault.say(self.lang))
    }

    fn described_by(&self) -> Option<String> {
        let id = self.id();
        match (self.hint.is_empty(), self.fault().is_none()) {
            (true, true) => None,
            (false, true) => Some(format!("{id}-hint")),
            (true, false) => Some(format!("{id}-error")),
            (false, false) => Some(format!("{id}-hint {id}-error")),
        }
    }

    fn invalid(&self) -> Option<&'static str> {
        self.fault().map(|_| "true")
    }

    /// The script that counts characters and offers names. A page brings it when something is typed.
    fn helper(&self) -> Option<&'static str> {
        (self.most > 0 || !self.names.is_empty()).then(crate::paths::writing)
    }

    fn most(&self) -> Option<usize> {
        (self.most > 0).then_some(self.most)
    }

    /// A sentence for that script.
    fn counts(&self, text: Text) -> Option<&'static str> {
        self.most().map(|_| self.lang.t(text))
    }
}

/// An input with its label, hint and fault.
pub fn field(f: &Field) -> Markup {
    frame(f, html! { (input(f)) })
}

/// A password with a button that shows it; the button appears only where scripts run.
pub fn password(f: &Field) -> Markup {
    let inner = html! {
        div.password {
            (input(f))
            button.button.secondary type="button" hidden data-reveal=(f.id()) aria-pressed="false"
                aria-label=(f.lang.t(common::SHOW_PASSWORD)) { (f.lang.t(common::SHOW)) }
        }
    };
    frame(f, inner)
}

/// Several lines of text, `rows` high.
pub fn textarea(f: &Field, rows: u8) -> Markup {
    frame(f, html! { (bare_textarea(f, rows)) })
}

/// A field for text of several lines below what belongs to it, such as buttons.
pub fn textarea_below(f: &Field, rows: u8, above: &Markup) -> Markup {
    frame(f, html! { (above) (bare_textarea(f, rows)) })
}

fn bare_textarea(f: &Field, rows: u8) -> Markup {
    html! {
        // A parser drops the first line break of a textarea, so one is given to it.
        textarea #(f.id()) name=(f.name) rows=(rows) required[f.required] data-helper=[f.helper()] data-most=[f.most()]
            data-left=[f.counts(common::LEFT)] data-over=[f.counts(common::OVER)] data-names=[(!f.names.is_empty()).then_some(f.names)]
            aria-describedby=[f.described_by()] aria-invalid=[f.invalid()] { "\n" (f.value) }
    }
}

fn input(f: &Field) -> Markup {
    let kind = if f.kind.is_empty() { "text" } else { f.kind };
    let autocomplete = (!f.autocomplete.is_empty()).then_some(f.autocomplete);
    let mode = match kind {
        "email" => Some("email"),
        "number" => Some("numeric"),
        _ => None,
    };
    html! {
        input #(f.id()) name=(f.name) type=(kind) value=[(kind != "password").then_some(f.value)] required[f.required]
            autocomplete=[autocomplete] inputmode=[mode] spellcheck=[matches!(kind, "email" | "password").then_some("false")]
            autocapitalize=[matches!(kind, "email" | "password").then_some("none")]
            data-helper=[f.helper()] data-most=[f.most()] data-left=[f.counts(common::LEFT)] data-over=[f.counts(common::OVER)]
            aria-describedby=[f.described_by()] aria-invalid=[f.invalid()];
    }
}

/// A field for one file; `accept` is what browsers offer first.
pub fn file(f: &Field, accept: &str) -> Markup {
    let inner = html! {
        input #(f.id()) name=(f.name) type="file" accept=(accept) required[f.required] aria-describedby=[f.described_by()]
            aria-invalid=[f.invalid()];
    };
    frame(f, inner)
}

/// The same for several.
pub fn files(f: &Field, accept: &str) -> Markup {
    let inner = html! {
        input #(f.id()) name=(f.name) type="file" multiple accept=(accept) aria-describedby=[f.described_by()] aria-invalid=[f.invalid()];
    };
    frame(f, inner)
}

fn frame(f: &Field, inner: Markup) -> Markup {
    let id = f.id();
    html! {
        div.field.faulty[f.fault().is_some()] {
            label for=(id) { (f.label) }
            (hint(f, &id))
            (fault(f, &id))
            (inner)
        }
    }
}

fn hint(f: &Field, id: &str) -> Markup {
    html! { @if !f.hint.is_empty() { p.hint id={ (id) "-hint" } { (f.hint) } } }
}

fn fault(f: &Field, id: &str) -> Markup {
    html! {
        @if let Some(text) = f.fault() {
            p.fault id={ (id) "-error" } { span.visually-hidden { (f.lang.t(common::ERROR_PREFIX)) " " } (text) }
        }
    }
}

/// A box to tick. Its `value` is `1`.
pub fn check(f: &Field, checked: bool) -> Markup {
    let id = f.id();
    html! {
        div.field.check.faulty[f.fault().is_some()] {
            input #(id) name=(f.name) type="checkbox" value="1" checked[checked] required[f.required]
                aria-describedby=[f.described_by()] aria-invalid=[f.invalid()];
            label for=(id) { (f.label) }
            (hint(f, &id))
            (fault(f, &id))
        }
    }
}

/// One of the answers to a question: what is sent, what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice<'a> {
    /// What is sent.
    pub value: &'a str,
    /// What is read.
    pub label: &'a str,
}

/// A question with a few answers, all in sight. The answer chosen is `f.value`.
pub fn choices(f: &Field, answers: &[Choice]) -> Markup {
    let id = f.id();
    html! {
        fieldset.field.choices #(id) aria-describedby=[f.described_by()] {
            legend { (f.label) }
            (hint(f, &id))
            (fault(f, &id))
            @for answer in answers {
                div.check {
                    input id={ (id) "-" (answer.value) } name=(f.name) type="radio" value=(answer.value) checked[answer.value == f.value];
                    label for={ (id) "-" (answer.value) } { (answer.label) }
                }
            }
        }
    }
}

/// A question with many answers, folded. The answer chosen is `f.value`.
pub fn select(f: &Field, answers: &[Choice]) -> Markup {
    let inner = html! {
        select #(f.id()) name=(f.name) required[f.required] aria-describedby=[f.described_by()] aria-invalid=[f.invalid()] {
            @for answer in answers {
                option value=(answer.value) selected[answer.value == f.value] { (answer.label) }
            }
        }
    };
    frame(f, inner)
}

/// What stands at the top of a form that came back. Focus goes here; each fault leads to its field.
pub fn error_summary(lang: Lang, prefix: &str, errors: &[FieldError]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.error-summary tabindex="-1" data-focus {
                // The alert stands inside: on the focused element itself, JAWS reads it twice.
                div role="alert" {
                    h2 { (lang.t(common::PROBLEM)) }
                    (fault_list(lang, prefix, errors))
                }
            }
        }
    }
}

/// The errors as a list of links to their fields.
pub fn fault_list(lang: Lang, prefix: &str, errors: &[FieldError]) -> Markup {
    html! {
        ul {
            @for fault in errors {
                li {
                    @if fault.field == "form" { (fault.say(lang)) }
                    @else { a href={ "#" (prefix) (fault.field) } { (fault.say(lang)) } }
                }
            }
        }
    }
}

/// A form that is one button.
#[derive(Clone, Copy)]
pub struct ButtonForm<'a> {
    pub action: &'a str,
    pub once: &'a str,
    /// The words on the button.
    pub text: &'a str,
    /// The button's accessible name, where `text` alone does not name what it acts on; empty: `text`. It contains `text` (WCAG 2.5.3).
    pub label: &'a str,
    /// Classes beside `button`, with blanks between them: `secondary`, `quiet small`; empty: none.
    pub class: &'a str,
    /// The path of the page that is shown afterwards, sent as `next`; empty: not sent.
    pub next: &'a str,
    /// Whether the answer replaces the header as well as the main part, because it shows something that changes.
    pub changes_header: bool,
}

impl<'a> ButtonForm<'a> {
    /// One that sends nothing but the key.
    pub fn new(action: &'a str, once: &'a str, text: &'a str) -> Self {
        Self { action, once, text, label: "", class: "", next: "", changes_header: false }
    }
}

/// Renders it.
pub fn button_form(p: &ButtonForm) -> Markup {
    let class = [Some("button"), Some(p.class).filter(|class| !class.is_empty())].into_iter().flatten().collect::<Vec<_>>().join(" ");
    html! {
        form method="post" action=(p.action) novalidate
            hx-boost=[p.changes_header.then_some("false")] hx-sync=[(!p.changes_header).then_some("this:drop")] {
            (once(p.once))
            @if !p.next.is_empty() { (hidden("next", p.next)) }
            button class=(class) aria-label=[(!p.label.is_empty()).then_some(p.label)] { (p.text) }
        }
    }
}

/// The form's one-time key, by which a repeat is recognised.
pub fn once(key: &str) -> Markup {
    hidden("once", key)
}

/// The account that a password is for, in a field that is not shown: password managers store the password with it.
pub fn account_name(email: &str) -> Markup {
    html! { input type="text" name="username" value=(email) autocomplete="username" hidden; }
}

/// A value that is sent and not shown.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}
