//! What may stand in a label: short, and of a private account a tag that says nothing.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The most characters of a label's value.
pub const LONGEST: usize = 120;
/// The hexadecimal digits that keep cut values apart.
const DIGITS: usize = 16;

/// A value from outside, fit for a label: no control characters, and of at most [`LONGEST`] characters. Of a longer one
/// the beginning is kept with a digest of the whole, so that two that begin alike stay two.
pub fn label(text: &str) -> String {
    let plain = |text: &str| -> String {
        text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
    };
    let odd = text.chars().any(char::is_control);
    if !odd && text.chars().nth(LONGEST).is_none() {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LONGEST - DIGITS - 1).collect();
    format!("{}~{}", plain(&kept), hex(&Sha256::digest(text.as_bytes())))
}

/// A private account's tag, such as `private-0a1b2c3d4e5f6071`: the same as long as `key` is, and nothing that could be
/// guessed from a list of likely names without it.
pub fn tag(key: &[u8], id: &str) -> String {
    // Any length of key is accepted: there is no error to meet.
    let digest = Hmac::<Sha256>::new_from_slice(key).map(|mut mac| {
        mac.update(id.as_bytes());
        mac.finalize().into_bytes()
    });
    format!("private-{}", digest.map(|bytes| hex(&bytes)).unwrap_or_default())
}

/// The first digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect()
}
