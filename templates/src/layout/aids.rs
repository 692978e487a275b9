//! Reading aids: colours, size of letters, spacing, motion.

/// How the reader wants pages to look. It becomes attributes of `html`, so nothing flashes and no script is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aids {
    /// Colours.
    pub theme: Theme,
    /// Size of letters.
    pub size: TextSize,
    /// Whether things may move.
    pub motion: Motion,
    /// Room between lines and letters.
    pub spacing: Spacing,
}

/// Declares a reading aid: its values, the words they are stored as, and how to read them back.
macro_rules! aid {
    ($(#[$doc:meta])* $name:ident { $(#[$first_doc:meta])* $first:ident = $first_word:literal, $($(#[$value_doc:meta])* $value:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name { $(#[$first_doc])* #[default] $first, $($(#[$value_doc])* $value),+ }

        impl $name {
            /// The word for forms, cookies and the style sheet.
            pub fn word(self) -> &'static str {
                match self { $name::$first => $first_word, $($name::$value => $word),+ }
            }

            /// Reads the word back; anything unknown is the usual value.
            pub fn from_word(word: &str) -> Self {
                match word { $($word => $name::$value,)+ _ => $name::$first }
            }
        }
    };
}

aid! {
    /// Colours.
    Theme {
        /// As the device says.
        System = "system",
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
        /// The strongest difference.
        Contrast = "contrast",
    }
}
aid! {
    /// Size of letters.
    TextSize {
        /// As designed.
        Normal = "100",
        /// A quarter larger.
        Large = "125",
        /// Half as large again.
        Larger = "150",
    }
}
aid! {
    /// Whether things may move.
    Motion {
        /// As the device says.
        Full = "full",
        /// Nothing moves.
        Reduced = "reduced",
    }
}
aid! {
    /// Room between lines and letters.
    Spacing {
        /// As designed.
        Normal = "normal",
        /// More room.
        Wide = "wide",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_aid_is_the_usual_one() {
        assert_eq!(Theme::from_word("dark"), Theme::Dark);
        assert_eq!(Theme::from_word("<script>"), Theme::System);
    }
}
