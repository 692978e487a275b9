//! The buttons above a post's text, which put Markdown around what is selected. Scripts show them (static/app.js); without scripts
//! there is the help below, which says what to type.

use super::text as t;
use crate::once::PerLang;
use crate::text::{Lang, Text};
use maud::{Markup, PreEscaped, html};

/// What a button does to the selection.
enum Format {
    /// Stands before and after it; the sample is used where nothing is selected.
    Around(&'static str, &'static str, Text),
    /// Begins each of its lines.
    Lines(&'static str),
}

struct Tool {
    label: Text,
    /// As `aria-keyshortcuts` has it; empty: none.
    keys: &'static str,
    format: Format,
}

const TOOLS: [Tool; 7] = [
    Tool { label: t::TOOL_BOLD, keys: "Control+B", format: Format::Around("**", "**", t::SAMPLE_BOLD) },
    Tool { label: t::TOOL_HEADING, keys: "", format: Format::Lines("## ") },
    Tool { label: t::TOOL_LIST, keys: "", format: Format::Lines("- ") },
    Tool { label: t::TOOL_NUMBERS, keys: "", format: Format::Lines("1. ") },
    Tool { label: t::TOOL_QUOTE, keys: "", format: Format::Lines("> ") },
    Tool { label: t::TOOL_LINK, keys: "Control+K", format: Format::Around("[", "](https://)", t::SAMPLE_LINK) },
    Tool { label: t::TOOL_TABLE, keys: "", format: Format::Around("\n\n", "\n\n", t::SAMPLE_TABLE) },
];

/// The buttons for the text area with this id.
pub fn buttons(lang: Lang, area: &str) -> Markup {
    html! {
        div.toolbar role="group" aria-label=(lang.t(t::TOOLS)) data-tools=(area) hidden {
            @for tool in TOOLS { (button(lang, &tool)) }
            // Shown by the script of the files, which answers it.
            button.tool type="button" data-opens="files-field" hidden { (lang.t(t::TOOL_FILE)) }
        }
    }
}

fn button(lang: Lang, tool: &Tool) -> Markup {
    let (before, after, sample, line) = match &tool.format {
        Format::Around(before, after, sample) => (*before, *after, lang.t(*sample), ""),
        Format::Lines(line) => ("", "", "", *line),
    };
    html! {
        button.tool type="button" aria-keyshortcuts=[(!tool.keys.is_empty()).then_some(tool.keys)]
            title=[(!tool.keys.is_empty()).then_some(tool.keys.replace("Control", "Ctrl"))]
            data-before=(before) data-after=(after) data-sample=(sample) data-line=(line) { (lang.t(tool.label)) }
    }
}

/// What can be typed.
pub fn help(lang: Lang) -> PreEscaped<&'static str> {
    static HELP: PerLang = PerLang::new();
    let rows = [
        (t::HELP_BOLD, t::TOOL_BOLD),
        (t::HELP_HEADING, t::TOOL_HEADING),
        (t::HELP_LIST, t::TOOL_LIST),
        (t::HELP_QUOTE, t::TOOL_QUOTE),
        (t::HELP_LINK, t::TOOL_LINK),
    ];
    HELP.get(lang, || {
        html! {
            details.help {
                summary { (lang.t(t::HELP)) }
                dl.facts { @for (typed, meaning) in rows { div { dt { code { (lang.t(typed)) } } dd { (lang.t(meaning)) } } } }
                p { (lang.t(t::HELP_VIDEO)) }
            }
        }
    })
}
