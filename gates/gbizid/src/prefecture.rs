//! 都道府県 as a provider writes it.

use hojo_words::prefecture;

use crate::Prefecture;

/// Reads "13", "1", "１３" or "東京都".
pub(crate) fn read(text: &str) -> Option<Prefecture> {
    let folded = hojo_words::text::fold_width(text);
    let text = folded.trim();
    let name = match text.parse::<usize>() {
        Ok(number) => prefecture::name(number)?,
        Err(_) => text,
    };
    Some(Prefecture { code: prefecture::code(name)?, name: name.to_owned() })
}
