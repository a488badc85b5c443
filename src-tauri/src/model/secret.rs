//! A secret in memory: never printed, never serialised.

use std::fmt;

/// A key, token, cookie or password. `Debug` and `Display` print `<redacted>`; there is no `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret. White space around it (a pasted newline) is dropped.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into().trim().to_owned())
    }

    /// The text itself. Only for the header, form or keychain entry that it is meant for.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("<redacted>")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("<redacted>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::new(" EXAMPLE-not-a-key\n");
        assert_eq!(secret.expose(), "EXAMPLE-not-a-key");
        assert_eq!(
            format!("{secret} {secret:?} {:#?}", Some(&secret)),
            "<redacted> <redacted> Some(\n    <redacted>,\n)"
        );
    }
}
