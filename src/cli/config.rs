//! `minschool config`: what is in force, where it comes from, and what is wrong with it.

use super::Failure;
use crate::config::{Config, Origin, SETTINGS, Sources};

/// Prints every setting; secrets are hidden. Fails where something is wrong, after printing.
pub fn show(sources: &Sources) -> Result<(), Failure> {
    for s in SETTINGS {
        let (value, origin) = sources.get(s);
        let value = if s.secret { hidden(value) } else { value.to_owned() };
        let from = match origin {
            Origin::Default => "default",
            Origin::File => "file",
            Origin::Credential => "credential",
            Origin::Environment => "environment",
            Origin::Flag => "flag",
        };
        println!("{:<22} = {:<40} # {from}; {}", s.name, format!("{value:?}"), s.help);
    }
    Config::read(sources)?;
    Ok(())
}

/// An address without its password.
fn hidden(value: &str) -> String {
    match url::Url::parse(value) {
        Ok(mut url) if url.password().is_some() => {
            // A URL that has a password can have another one.
            let _ = url.set_password(Some("***"));
            url.to_string()
        }
        Ok(url) => url.to_string(),
        Err(_) if value.is_empty() => String::new(),
        Err(_) => "***".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_printed() {
        assert_eq!(hidden("postgres://u:geheim@db/x"), "postgres://u:***@db/x");
        assert_eq!(hidden("redis://:geheim@r:6379"), "redis://:***@r:6379");
        assert_eq!(hidden("geheim"), "***");
    }
}
