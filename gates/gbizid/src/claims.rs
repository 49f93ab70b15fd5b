//! userinfo → `Identity`. Tolerant of everything but the two claims that decide who this is: `sub` and `account_type`.

use crate::{AccountKind, CorpKind, Identity, Person, PersonName, Prefecture, SignInProblem, prefecture};
use hojo_words::text;
use serde_json::{Map, Value};
use time::{Date, Month};

/// Reads the attributes of the account the ID token named. Public for demonstrations and tests, whose accounts
/// come as userinfo answers too.
///
/// # Errors
/// [`SignInProblem`] when the answer is another account's or names no known kind of account.
pub fn identity(issuer: &str, subject: &str, raw: Value) -> Result<Identity, SignInProblem> {
    let raw = storable(raw);
    let Value::Object(map) = &raw else { return Err(SignInProblem::UserinfoUnreadable) };
    let mut claims = Claims { map, unread: Vec::new() };
    if claims.text("sub").as_deref() != Some(subject) {
        return Err(SignInProblem::UserinfoMismatch);
    }
    let kind = match claims.text("account_type").as_deref() {
        Some("1") => AccountKind::Entry,
        Some("2") => AccountKind::Prime,
        Some("3") => AccountKind::Member,
        other => {
            tracing::warn!(account_type = other, "userinfo without a known kind of account");
            return Err(SignInProblem::UserinfoUnreadable);
        }
    };
    let identity = Identity {
        issuer: issuer.to_owned(),
        sub: subject.to_owned(),
        kind,
        corp: claims.read("corp_type", corp_kind),
        parent_sub: claims.text("parent_id"),
        corporate_number: claims.read("corporate_number", |t| t.parse().ok()),
        name: claims.text("name"),
        name_en: claims.text("en_name"),
        prefecture: claims.read("prefecture_name", prefecture::read),
        address1: claims.text("address1"),
        address2: claims.text("address2"),
        representative: claims.person_name("rep"),
        birthday: claims.read("birthday_ymd", date),
        user: claims.person(),
        email: claims.text("email"),
        unread: Vec::new(),
        raw: Value::Null,
    };
    let unread = claims.unread;
    Ok(Identity { unread, raw, ..identity })
}

fn corp_kind(text: &str) -> Option<CorpKind> {
    match text {
        "1" => Some(CorpKind::Corporation),
        "2" => Some(CorpKind::SoleProprietor),
        _ => None,
    }
}

/// `yyyymmdd`; hyphens and slashes are forgiven.
fn date(text: &str) -> Option<Date> {
    let digits: String = text::fold_width(text).chars().filter(|c| !matches!(c, '-' | '/')).collect();
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = digits.split_at(4);
    let (month, day) = rest.split_at(2);
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

fn post_code(text: &str) -> Option<String> {
    let digits: String =
        text::fold_width(text).chars().filter(|c| !text::is_hyphen(*c) && !c.is_whitespace()).collect();
    (digits.len() == 7 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// Reads claims one by one and notes those that came but made no sense.
struct Claims<'a> {
    map: &'a Map<String, Value>,
    unread: Vec<String>,
}

impl Claims<'_> {
    /// A claim as text: numbers count as their digits; null, "" and blanks as missing.
    fn text(&mut self, name: &str) -> Option<String> {
        let text = match self.map.get(name)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Null => return None,
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                self.unread.push(name.to_owned());
                return None;
            }
        };
        (!text.is_empty()).then_some(text)
    }

    fn read<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let value = parse(&text);
        if value.is_none() {
            self.unread.push(name.to_owned());
        }
        value
    }

    fn person_name(&mut self, prefix: &str) -> PersonName {
        PersonName {
            last: self.text(&format!("{prefix}_last_nm")),
            first: self.text(&format!("{prefix}_first_nm")),
            last_kana: self.text(&format!("{prefix}_last_nm_kana")),
            first_kana: self.text(&format!("{prefix}_first_nm_kana")),
        }
    }

    fn person(&mut self) -> Person {
        let prefecture: Option<Prefecture> = self.read("user_prefecture_name", prefecture::read);
        Person {
            name: self.person_name("user"),
            post_code: self.read("user_post_code", post_code),
            prefecture,
            address1: self.text("user_address1"),
            address2: self.text("user_address2"),
            address3: self.text("user_address3"),
            department: self.text("user_department"),
            phone: self.text("user_tel_no_contact"),
            birthday: self.read("user_birthday_ymd", date),
        }
    }
}

/// U+0000 is legal in JSON and impossible in PostgreSQL; one such name must not make an account unusable.
fn storable(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\0') => Value::String(text.replace('\0', "\u{FFFD}")),
        Value::Array(items) => Value::Array(items.into_iter().map(storable).collect()),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(k, v)| (k.replace('\0', "\u{FFFD}"), storable(v))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(raw: Value) -> Result<Identity, SignInProblem> {
        identity("https://issuer.example/oauth/", "s-1", raw)
    }

    #[test]
    fn numbers_may_be_strings_or_numbers_and_prefecture_a_code_or_a_name() {
        for (kind, prefecture) in [(json!("2"), json!("13")), (json!(2), json!("東京都")), (json!("2"), json!(13))] {
            let who = read(json!({"sub": "s-1", "account_type": kind, "prefecture_name": prefecture})).unwrap();
            assert_eq!(who.kind, AccountKind::Prime);
            let prefecture = who.prefecture.unwrap();
            assert_eq!((prefecture.code.as_str(), prefecture.name.as_str()), ("13", "東京都"));
        }
    }

    #[test]
    fn what_makes_no_sense_is_named_and_kept_raw_and_does_not_stop_the_sign_in() {
        let who = read(json!({
            "sub": "s-1", "account_type": "2", "corp_type": "9", "corporate_number": "1234567890123",
            "birthday_ymd": "19701332", "prefecture_name": "江戸", "name": ["a"], "address1": "  ", "new_claim": {"x": 1},
        }))
        .unwrap();
        assert_eq!(who.unread, ["corp_type", "corporate_number", "name", "prefecture_name", "birthday_ymd"]);
        assert_eq!((who.corp, who.corporate_number, who.name, who.address1), (None, None, None, None));
        assert_eq!(who.raw["new_claim"]["x"], 1);
        assert_eq!(who.raw["corporate_number"], "1234567890123");
    }

    #[test]
    fn sub_and_account_type_decide() {
        assert_eq!(read(json!({"account_type": "2"})), Err(SignInProblem::UserinfoMismatch));
        assert_eq!(read(json!({"sub": "s-2", "account_type": "2"})), Err(SignInProblem::UserinfoMismatch));
        for kind in [json!(null), json!(""), json!("4"), json!("prime")] {
            assert_eq!(read(json!({"sub": "s-1", "account_type": kind})), Err(SignInProblem::UserinfoUnreadable));
        }
        assert_eq!(read(json!(["s-1"])), Err(SignInProblem::UserinfoUnreadable));
    }

    #[test]
    fn a_nul_character_cannot_reach_the_database() {
        let who = read(json!({"sub": "s-1", "account_type": "2", "name": "甲\0乙", "x": {"y\0": ["\0"]}})).unwrap();
        assert_eq!(who.name.as_deref(), Some("甲\u{FFFD}乙"));
        assert!(!serde_json::to_string(&who.raw).unwrap().contains("\\u0000"));
    }

    #[test]
    fn dates_and_post_codes() {
        assert_eq!(date("20240229").map(|d| d.to_string()).as_deref(), Some("2024-02-29"));
        assert_eq!(date("１９７０-０１-０２").map(|d| d.to_string()).as_deref(), Some("1970-01-02"));
        assert_eq!(date("20230229"), None);
        assert_eq!(post_code("100－0001").as_deref(), Some("1000001"));
        assert_eq!(post_code("100-001"), None);
    }
}
