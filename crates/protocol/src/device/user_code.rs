//! The code a person types (RFC 8628 §6.1): eight letters of twenty, 34.6 bits.
//!
//! How hard it is to guess (§5.1): of 20^8 = 2.56e10 codes the throttle lets one network try 34 within the ten minutes a code lives, one
//! browser or account 13. With one code waiting that is a chance of 34 / 2.56e10 = 2^-29, with a thousand waiting 2^-19. Ten thousand
//! networks together reach 2^-16 against one waiting code, and have then given a stranger's device access to an account of their own.

use crate::secret::{Entropy, Secret, UserCode};
use zeroize::Zeroizing;

/// RFC 8628 §6.1: no vowels, so that no words arise by accident, and no digits.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// So many of them.
const LENGTH: usize = 8;
/// The longest input that is looked at, in characters: the code, its dash, and generous slips.
const LONGEST: usize = 32;

/// A new code in its one normal form: eight letters.
pub fn mint(rng: &dyn Entropy) -> Secret<UserCode> {
    let mut code = Zeroizing::new(String::with_capacity(LENGTH));
    while code.len() < LENGTH {
        let mut bytes = Zeroizing::new([0u8; 2 * LENGTH]);
        rng.fill(&mut *bytes);
        // 240 is the largest multiple of 20 a byte holds: beyond it some letters would come more often.
        let drawn = bytes.iter().filter(|byte| **byte < 240).filter_map(|byte| LETTERS.get(usize::from(byte % 20)));
        let missing = LENGTH - code.len();
        code.extend(drawn.take(missing).map(|letter| char::from(*letter)));
    }
    Secret::shown(code.as_str())
}

/// The code as it is shown: `WDJB-MJHT`.
pub fn shown(code: &Secret<UserCode>) -> String {
    let text = code.expose();
    text.split_at_checked(LENGTH / 2).map_or_else(|| text.to_owned(), |(first, second)| format!("{first}-{second}"))
}

/// Reads what somebody typed, in its normal form; none when it can be no code.
///
/// RFC 8628 §6.1: case is ignored, and so are spaces and punctuation. Letters of other widths and alphabets that look like one of ours, and
/// digits that can be nothing else, are taken for it: no code is made any likelier to guess, since codes are drawn from the twenty.
pub fn typed(text: &str) -> Option<Secret<UserCode>> {
    if text.chars().nth(LONGEST).is_some() {
        return None;
    }
    let marks = |c: &char| !(c.is_whitespace() || c.is_ascii_punctuation() || is_dash(*c));
    let code: Zeroizing<String> = Zeroizing::new(text.chars().filter(marks).map(letter).collect::<Option<_>>()?);
    (code.len() == LENGTH).then(|| Secret::shown(code.as_str()))
}

/// Hyphens and dashes as keyboards and automatic correction make them.
fn is_dash(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{00B7}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30FC}' | '\u{FF0D}' | '\u{200B}')
}

fn letter(c: char) -> Option<char> {
    let narrow = match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0)?,
        other => other,
    };
    let mut upper = narrow.to_uppercase();
    let one = upper.next().filter(|_| upper.next().is_none())?;
    let ours = match one {
        '8' | 'В' | 'Β' => 'B',
        'С' => 'C',
        '6' => 'G',
        'Н' | 'Η' => 'H',
        'Ј' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'Р' | 'Ρ' => 'P',
        '5' | 'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'U' => 'V',
        'Х' | 'Χ' => 'X',
        '2' | 'Ζ' => 'Z',
        other => other,
    };
    u8::try_from(ours).is_ok_and(|byte| LETTERS.contains(&byte)).then_some(ours)
}
